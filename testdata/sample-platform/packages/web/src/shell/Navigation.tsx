// Shows the way to every page, from /v1/config.
export function Navigation() {
  return <main data-route="/v1/config">the way to every page</main>;
}
