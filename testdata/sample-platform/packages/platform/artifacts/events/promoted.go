// Package events names the events that the domain publishes.
package events

const (
	// ArtifactPromoted is the name of the event artifact.promoted.
	ArtifactPromoted = "artifact.promoted"
)
