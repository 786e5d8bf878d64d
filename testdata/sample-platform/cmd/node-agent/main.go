// Command node-agent runs on each node and does the tasks that it is given.
package main

import (
	"log"

	"example.com/platform/packages/products/gpuaas/node"
	"example.com/platform/packages/shared/pki"
)

func main() {
	log.Println(node.Task{}.Kind, pki.Fresh(0))
}
