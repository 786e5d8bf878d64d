// Shows the state of the platform, from /v1/status.
export function Status() {
  return <main data-route="/v1/status">the state of the platform</main>;
}
