// Package events names the events that the domain publishes.
package events

const (
	// AllocationStarted is the name of the event allocation.started.
	AllocationStarted = "allocation.started"
	// AllocationReleased is the name of the event allocation.released.
	AllocationReleased = "allocation.released"
)
