// Package statusops says how well each component does.
package statusops

// Component is a part of the platform that can be up or down.
type Component struct {
	Name string
	Up   bool
}
