-- stand --
-- A session's lock: it falls with the connection, whatever becomes of the process.
SELECT pg_try_advisory_lock(hashtextextended('hub office ' || %(office)s::text, 0))
