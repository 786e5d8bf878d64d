// Command app-proxy carries requests to running apps.
package main

import (
	"log"

	"example.com/platform/packages/platform/auth"
)

func main() {
	log.Println(auth.Session{}.Valid())
}
