// Package api serves /v1/artifacts.
package api

import "net/http"

// Artifacts answers requests for /v1/artifacts.
func Artifacts(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
