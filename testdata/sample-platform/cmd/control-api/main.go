// Command control-api serves the API of every domain.
package main

import (
	"log"
	"net/http"

	auth "example.com/platform/packages/platform/auth/api"
	billing "example.com/platform/packages/platform/billing/api"
)

func main() {
	mux := http.NewServeMux()
	auth.Register(mux)
	billing.Register(mux)
	log.Fatal(http.ListenAndServe(":8080", mux))
}
