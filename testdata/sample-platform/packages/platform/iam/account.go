// Package iam holds accounts and what they may do.
package iam

// Account is a person or a service.
type Account struct {
	ID     string
	Scopes []string
}

// May says whether the account has a scope.
func (a Account) May(scope string) bool {
	for _, s := range a.Scopes {
		if s == scope {
			return true
		}
	}
	return false
}
