// Package usage is what the products report and billing prices.
package usage

// Record is the use of something by an account.
type Record struct {
	Account string
	Minutes int64
}

// Pending returns what is not priced yet.
func Pending() []Record { return nil }
