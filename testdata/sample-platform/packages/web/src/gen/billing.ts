// Code generated from doc/api/openapi/billing.yaml. DO NOT EDIT.
export interface Invoice {
  account: string;
  cents: number;
}
