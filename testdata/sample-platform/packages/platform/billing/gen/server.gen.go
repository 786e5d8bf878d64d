// Code generated from doc/api/openapi/billing.yaml. DO NOT EDIT.

package gen

// Invoice is the body of /v1/billing/invoices.
type Invoice struct {
	Account string `json:"account"`
	Cents   int64  `json:"cents"`
}
