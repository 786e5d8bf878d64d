// Package events names the events that the domain publishes.
package events

const (
	// QuotaChanged is the name of the event quota.changed.
	QuotaChanged = "quota.changed"
)
