-- has_tables --
-- Anything of ours, or of somebody else who uses this database.
SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema'))

-- has_roles --
-- Every connection of a role is named 'hub ...'; commands are named 'hub command'.
SELECT EXISTS (
    SELECT 1 FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND application_name LIKE 'hub %' AND application_name <> 'hub command'
)

-- has_timescale --
-- Its catalog is restored by rules of its own.
SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'timescaledb')

-- clear --
-- Runs in one transaction with the restored backup: either all of it is replaced or nothing is.
DROP SCHEMA public CASCADE; CREATE SCHEMA public
