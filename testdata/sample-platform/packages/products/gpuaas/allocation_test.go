package gpuaas

import "testing"

func TestAllocationsStart(t *testing.T) {
	if (Allocation{}).State() != "started" {
		t.Fatal("AllocationsStart")
	}
}
