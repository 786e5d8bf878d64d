CREATE TABLE gpuaas.allocations (
    id uuid PRIMARY KEY,
    gpus integer NOT NULL,
    released_at timestamptz
);
