// Package billing makes invoices from the ledger.
package billing

// Invoice is what one account owes for one month.
type Invoice struct {
	Account string
	Cents   int64
}

// Due says whether anything is to be paid.
func (i Invoice) Due() bool { return i.Cents > 0 }
