// Package api serves the routes of billing.
package api

import "net/http"

// Register adds the routes of this package.
func Register(mux *http.ServeMux) {
	mux.HandleFunc("/v1/billing/invoices", Invoices)
	mux.HandleFunc("/v1/billing/prechecks", Prechecks)
}

// Invoices answers requests for /v1/billing/invoices.
func Invoices(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
