// Package appplatform runs apps for accounts.
package appplatform

// Manifest says what an app is.
type Manifest struct {
	Image string
}

// Valid says whether the manifest can be launched.
func (m Manifest) Valid() bool { return m.Image != "" }
