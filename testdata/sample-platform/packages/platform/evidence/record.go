// Package evidence keeps what was proved of a commit.
package evidence

// Record is one gate's result.
type Record struct {
	Gate   string
	Passed bool
}
