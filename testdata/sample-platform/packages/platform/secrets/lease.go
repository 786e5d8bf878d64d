// Package secrets lends credentials and takes them back.
package secrets

// Lease is a credential that ends.
type Lease struct {
	Seconds int
}

// Expired says whether the credential must be renewed.
func (l Lease) Expired() bool { return l.Seconds <= 0 }
