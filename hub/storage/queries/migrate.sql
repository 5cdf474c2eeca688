-- lock_migrations --
-- One migrating process at a time; the key is the text 'anxin' as bytes.
SELECT pg_advisory_lock(x'616e78696e'::bigint)

-- unlock_migrations --
-- Also released when the connection ends.
SELECT pg_advisory_unlock(x'616e78696e'::bigint)

-- create_migration_table --
-- The record of what was applied, and what it was.
CREATE TABLE IF NOT EXISTS schema_migration (
    number integer PRIMARY KEY,
    title text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- applied_migrations --
-- What this database has seen.
SELECT number, checksum FROM schema_migration

-- record_migration --
-- In the same transaction as the migration itself.
INSERT INTO schema_migration (number, title, checksum) VALUES (%(number)s, %(title)s, %(checksum)s)
