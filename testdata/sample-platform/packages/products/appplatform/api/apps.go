// Package api serves /v1/apps.
package api

import "net/http"

// Apps answers requests for /v1/apps.
func Apps(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
