// Package artifacts promotes artifacts whose signatures it trusts.
package artifacts

// Artifact is an image or a bundle, by its digest.
type Artifact struct {
	Digest string
	Signed bool
}

// Promote says whether the artifact may leave the staging registry.
func Promote(a Artifact) bool { return a.Signed && a.Digest != "" }
