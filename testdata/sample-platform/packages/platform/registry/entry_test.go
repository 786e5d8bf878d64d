package registry

import "testing"

func TestNewEntriesAreInactive(t *testing.T) {
	if (Entry{}).Active {
		t.Fatal("NewEntriesAreInactive")
	}
}
