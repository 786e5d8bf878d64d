// Package api serves /v1/status.
package api

import "net/http"

// Status answers requests for /v1/status.
func Status(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
