// Package auth knows who is signed in.
package auth

// Session is one sign-in.
type Session struct {
	Account string
}

// Valid says whether somebody is signed in.
func (s Session) Valid() bool { return s.Account != "" }
