// Package terminal finds the way to a terminal.
package terminal

import "example.com/platform/packages/platform/auth"

// Open says whether a session may reach its terminal.
func Open(s auth.Session) bool { return s.Valid() }
