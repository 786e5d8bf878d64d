// Package api serves /v1/config.
package api

import "net/http"

// Config answers requests for /v1/config.
func Config(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
