// Package api serves /v1/auth/sessions.
package api

import "net/http"

// Register adds the routes of this package.
func Register(mux *http.ServeMux) {
	mux.HandleFunc("/v1/auth/sessions", Sessions)
}

// Sessions answers requests for /v1/auth/sessions.
func Sessions(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
