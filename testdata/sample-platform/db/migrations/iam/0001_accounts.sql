CREATE TABLE iam.accounts (
    id uuid PRIMARY KEY,
    name text NOT NULL
);
