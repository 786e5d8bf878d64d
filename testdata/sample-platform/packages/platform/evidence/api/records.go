// Package api serves /v1/evidence/records.
package api

import "net/http"

// Records answers requests for /v1/evidence/records.
func Records(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
