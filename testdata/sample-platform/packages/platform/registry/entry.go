// Package registry lists what may run on the platform.
package registry

// Entry is a product, an artifact type or a policy.
type Entry struct {
	Kind   string
	Active bool
}
