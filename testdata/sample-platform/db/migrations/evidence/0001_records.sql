CREATE TABLE evidence.records (
    id uuid PRIMARY KEY,
    gate text NOT NULL,
    passed boolean NOT NULL
);
