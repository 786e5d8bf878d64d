// Package outbox publishes an event in the transaction that causes it.
package outbox

// Message is an event that waits to be sent.
type Message struct {
	Event string
	Body  []byte
}
