// Package api serves /v1/registry/entries.
package api

import "net/http"

// Entries answers requests for /v1/registry/entries.
func Entries(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
