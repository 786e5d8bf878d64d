package outbox

import "testing"

func TestMessagesAreNamed(t *testing.T) {
	if (Message{Event: "a"}).Event == "" {
		t.Fatal("MessagesAreNamed")
	}
}
