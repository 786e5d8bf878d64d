package api

import "net/http"

// Prechecks says whether an account has the credit that a launch takes.
func Prechecks(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusPaymentRequired)
}
