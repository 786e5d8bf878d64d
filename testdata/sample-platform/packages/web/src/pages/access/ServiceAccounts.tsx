// Shows service accounts, from /v1/iam/service-accounts.
export function ServiceAccounts() {
  return <main data-route="/v1/iam/service-accounts">service accounts</main>;
}
