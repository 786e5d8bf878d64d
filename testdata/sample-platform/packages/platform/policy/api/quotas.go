// Package api serves /v1/policy/quotas.
package api

import "net/http"

// Quotas answers requests for /v1/policy/quotas.
func Quotas(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
