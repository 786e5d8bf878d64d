CREATE TABLE secrets.leases (
    id uuid PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
