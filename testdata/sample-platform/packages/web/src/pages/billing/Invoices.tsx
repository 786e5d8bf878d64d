// Shows invoices, from /v1/billing/invoices.
export function Invoices() {
  return <main data-route="/v1/billing/invoices">invoices</main>;
}
