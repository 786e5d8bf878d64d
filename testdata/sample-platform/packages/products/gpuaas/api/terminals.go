// Package api serves /v1/gpuaas/terminals.
package api

import "net/http"

// Terminals answers requests for /v1/gpuaas/terminals.
func Terminals(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
