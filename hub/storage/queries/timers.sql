-- deadline_of --
-- A statement of its own, under the incident's lock: it sees what the one who had the lock before has set. And the
-- moment: whatever is done under the lock is done later than what was done under it before.
SELECT t.purpose, t.due_at, clock_timestamp()
  FROM (VALUES (%(owner_id)s::uuid)) AS asked(owner_id)
  LEFT JOIN timer t ON t.owner_type = 'incident' AND t.owner_id = asked.owner_id

-- lock_due --
-- What is due, the oldest first; what another duty process has is not waited for.
SELECT owner_id FROM timer
 WHERE owner_type = 'incident' AND due_at <= clock_timestamp() AND (retry_at IS NULL OR retry_at <= clock_timestamp())
   AND owner_id <> ALL(%(resting)s::uuid[])
 ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- lock_due_held --
-- The timer is locked before the alert, as everywhere.
SELECT owner_id FROM timer
 WHERE owner_type = 'alert' AND due_at <= clock_timestamp() AND (retry_at IS NULL OR retry_at <= clock_timestamp())
   AND owner_id <> ALL(%(resting)s::uuid[])
 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED

-- push_back --
-- A deadline that could not be carried out is not lost: it comes again, and its failures are counted.
UPDATE timer SET failures = failures + 1,
                 retry_at = clock_timestamp() + make_interval(secs => least(60, power(2, least(failures, 6))))
 WHERE owner_type = %(owner_type)s AND owner_id = %(owner_id)s
RETURNING failures

-- next_due --
-- How long duty may sleep; what is locked by others counts, the poll is the safety net. Those that failed are few, and
-- have their own index: of the others the first is at hand.
SELECT extract(epoch FROM least((SELECT min(due_at) FROM timer WHERE retry_at IS NULL),
                                (SELECT min(greatest(due_at, retry_at)) FROM timer WHERE retry_at IS NOT NULL))
                          - clock_timestamp())::double precision
