// Package api serves /v1/iam/service-accounts.
package api

import "net/http"

// ServiceAccounts answers requests for /v1/iam/service-accounts.
func ServiceAccounts(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
