package statusops

import "testing"

func TestUnknownIsDown(t *testing.T) {
	if (Component{}).Up {
		t.Fatal("UnknownIsDown")
	}
}
