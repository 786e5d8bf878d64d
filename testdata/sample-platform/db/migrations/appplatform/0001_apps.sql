CREATE TABLE appplatform.apps (
    id uuid PRIMARY KEY,
    image text NOT NULL
);
