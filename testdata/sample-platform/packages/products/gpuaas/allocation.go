// Package gpuaas lends GPUs.
package gpuaas

// Allocation is a number of GPUs that an account has for a time.
type Allocation struct {
	GPUs     int
	Released bool
}

// State says where the allocation stands.
func (a Allocation) State() string {
	if a.Released {
		return "released"
	}
	return "started"
}
