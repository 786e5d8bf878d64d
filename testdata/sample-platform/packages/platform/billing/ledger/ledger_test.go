package ledger

import "testing"

func TestLedgerBalances(t *testing.T) {
	if Balance([]Entry{{Cents: 3}, {Cents: -3}}) != 0 {
		t.Fatal("LedgerBalances")
	}
}
