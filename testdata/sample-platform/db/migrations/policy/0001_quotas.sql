CREATE TABLE policy.quotas (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    gpus integer NOT NULL
);
