// Shows the sign-in form, from /v1/auth/sessions.
export function SignIn() {
  return <main data-route="/v1/auth/sessions">the sign-in form</main>;
}
