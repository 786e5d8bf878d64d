package iam

import "testing"

func TestNoScopeNoAccess(t *testing.T) {
	if (Account{}).May("launch") {
		t.Fatal("NoScopeNoAccess")
	}
}
