-- has_migrations --
-- A database that no hub has seen has no such table.
SELECT to_regclass('schema_migration') IS NOT NULL
