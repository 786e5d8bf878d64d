// Package pki issues and checks certificates.
package pki

// Fresh says whether a certificate is young enough to be used.
func Fresh(days int) bool { return days < 30 }
