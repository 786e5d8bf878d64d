// Command billing-worker turns usage into ledger entries.
package main

import (
	"log"

	"example.com/platform/packages/platform/billing/ledger"
	"example.com/platform/packages/shared/usage"
)

func main() {
	var entries []ledger.Entry
	for _, record := range usage.Pending() {
		entries = append(entries, ledger.FromUsage(record))
	}
	log.Println(ledger.Balance(entries))
}
