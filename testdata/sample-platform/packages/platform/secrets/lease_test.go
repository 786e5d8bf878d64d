package secrets

import "testing"

func TestALeaseEnds(t *testing.T) {
	if !(Lease{}).Expired() {
		t.Fatal("ALeaseEnds")
	}
}
