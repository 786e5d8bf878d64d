package appplatform

import "testing"

func TestAnImageIsNeeded(t *testing.T) {
	if (Manifest{}).Valid() {
		t.Fatal("AnImageIsNeeded")
	}
}
