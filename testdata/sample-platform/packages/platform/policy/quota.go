// Package policy says what an account may use, and why not.
package policy

// Deny returns the reason why a launch is refused, or nothing.
func Deny(used, limit int) string {
	if used >= limit {
		return "quota_exceeded"
	}
	return ""
}
