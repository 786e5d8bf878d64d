// Shows apps, from /v1/apps.
export function Apps() {
  return <main data-route="/v1/apps">apps</main>;
}
