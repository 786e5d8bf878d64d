// Package ledger keeps every amount that was ever owed or paid.
package ledger

import "example.com/platform/packages/shared/usage"

// Entry is one line of the ledger.
type Entry struct {
	Cents int64
}

// FromUsage prices a usage record.
func FromUsage(r usage.Record) Entry { return Entry{Cents: r.Minutes * 2} }

// Balance adds the entries up.
func Balance(entries []Entry) int64 {
	var sum int64
	for _, e := range entries {
		sum += e.Cents
	}
	return sum
}
