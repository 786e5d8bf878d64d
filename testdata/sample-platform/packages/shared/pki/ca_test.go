package pki

import "testing"

func TestOldCertificatesAreNotFresh(t *testing.T) {
	if Fresh(31) {
		t.Fatal("OldCertificatesAreNotFresh")
	}
}
