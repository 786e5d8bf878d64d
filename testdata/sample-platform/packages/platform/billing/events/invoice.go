// Package events names the events that the domain publishes.
package events

const (
	// InvoiceFinalised is the name of the event invoice.finalised.
	InvoiceFinalised = "invoice.finalised"
)
