INSERT INTO registry.entries (id, kind, active)
VALUES ('00000000-0000-0000-0000-000000000001', 'artifact_type:image', true);
