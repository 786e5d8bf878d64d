// Command terminal-gateway connects a browser to a terminal on a node.
package main

import (
	"log"

	"example.com/platform/packages/platform/auth"
	"example.com/platform/packages/products/gpuaas/terminal"
)

func main() {
	log.Println(terminal.Open(auth.Session{}))
}
