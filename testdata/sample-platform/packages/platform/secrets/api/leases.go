// Package api serves /v1/secrets/leases.
package api

import "net/http"

// Leases answers requests for /v1/secrets/leases.
func Leases(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
