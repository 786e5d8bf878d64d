// Package api serves /v1/gpuaas/allocations.
package api

import "net/http"

// Allocations answers requests for /v1/gpuaas/allocations.
func Allocations(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
