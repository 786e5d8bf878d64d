CREATE TABLE billing.ledger_entries (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    cents bigint NOT NULL
);
