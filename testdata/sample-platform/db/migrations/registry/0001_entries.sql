CREATE TABLE registry.entries (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    active boolean NOT NULL DEFAULT false
);
