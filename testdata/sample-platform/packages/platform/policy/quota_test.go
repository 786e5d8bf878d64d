package policy

import "testing"

func TestDenialHasAReason(t *testing.T) {
	if Deny(1, 1) == "" {
		t.Fatal("DenialHasAReason")
	}
}
