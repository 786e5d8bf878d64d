// Command app-runtime-worker launches and decommissions apps.
package main

import (
	"log"

	"example.com/platform/packages/products/appplatform/runtime"
)

func main() {
	log.Println(runtime.Launch("demo"))
}
