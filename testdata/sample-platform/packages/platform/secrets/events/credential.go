// Package events names the events that the domain publishes.
package events

const (
	// CredentialRotated is the name of the event credential.rotated.
	CredentialRotated = "credential.rotated"
)
