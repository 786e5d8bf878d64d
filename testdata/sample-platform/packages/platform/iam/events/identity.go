// Package events names the events that the domain publishes.
package events

const (
	// IdentityRevoked is the name of the event identity.revoked.
	IdentityRevoked = "identity.revoked"
)
