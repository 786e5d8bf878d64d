package auth

import "testing"

func TestEmptySessionIsInvalid(t *testing.T) {
	if (Session{}).Valid() {
		t.Fatal("EmptySessionIsInvalid")
	}
}
