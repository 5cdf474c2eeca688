-- set_deadline --
-- One row an owner: setting a deadline replaces the one before, so there is never a second.
WITH deadline AS (
    INSERT INTO timer (owner_type, owner_id, division_id, purpose, due_at)
    VALUES ('incident', %(owner_id)s, %(division_id)s, %(purpose)s, %(due_at)s)
        ON CONFLICT (owner_type, owner_id)
        DO UPDATE SET purpose = excluded.purpose, due_at = excluded.due_at, failures = 0
    RETURNING owner_id
)
SELECT pg_notify('timer', '') FROM deadline

-- set_alert_deadline --
-- A held alert opens its incident then, unless it is cleared before.
WITH deadline AS (
    INSERT INTO timer (owner_type, owner_id, division_id, purpose, due_at)
    VALUES ('alert', %(owner_id)s, %(division_id)s, 'confirm', %(due_at)s)
    RETURNING owner_id
)
SELECT pg_notify('timer', '') FROM deadline

-- deadline_of --
-- A statement of its own, under the incident's lock: it sees what the one who had the lock before has set.
SELECT purpose, due_at FROM timer WHERE owner_type = 'incident' AND owner_id = %(owner_id)s

-- drop --
-- A closed incident has no deadline.
DELETE FROM timer WHERE owner_type = 'incident' AND owner_id = %(owner_id)s

-- lock_due --
-- What is due, the oldest first; what another duty process has is not waited for.
SELECT owner_id FROM timer
 WHERE owner_type = 'incident' AND due_at <= clock_timestamp() AND owner_id <> ALL(%(resting)s::uuid[])
 ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- push_back --
-- A deadline that could not be carried out is not lost: it comes again, and its failures are counted.
UPDATE timer SET failures = failures + 1,
                 due_at = clock_timestamp() + make_interval(secs => least(60, power(2, least(failures, 6))))
 WHERE owner_type = %(owner_type)s AND owner_id = %(owner_id)s
RETURNING failures

-- next_due --
-- How long duty may sleep; what is locked by others counts, the poll is the safety net.
SELECT extract(epoch FROM min(due_at) - clock_timestamp())::double precision FROM timer
