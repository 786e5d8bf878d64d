// Package events names the events that the domain publishes.
package events

const (
	// EvidenceRecorded is the name of the event evidence.recorded.
	EvidenceRecorded = "evidence.recorded"
)
