// Package node is what a node is asked to do.
package node

// Task is one thing for a node agent to do.
type Task struct {
	Kind string
}
