// Command provisioning-worker starts and releases allocations.
package main

import (
	"log"

	"example.com/platform/packages/products/gpuaas"
)

func main() {
	log.Println(gpuaas.Allocation{}.State())
}
