-- ask --
-- The owner listens; it also looks every few seconds. What was asked a day ago nobody waits for.
WITH swept AS (DELETE FROM state_comparison WHERE asked_at < clock_timestamp() - interval '1 day'),
     asked AS (INSERT INTO state_comparison (id) VALUES (%(id)s) RETURNING id)
SELECT pg_notify('comparison', id::text) FROM asked

-- asked --
-- Those that wait for an answer.
SELECT id FROM state_comparison WHERE finished_at IS NULL

-- answer --
-- What one round found.
UPDATE state_comparison
   SET finished_at = clock_timestamp(), epoch = %(epoch)s, compared = %(compared)s, different = %(different)s,
       subject_ids = %(subject_ids)s
 WHERE id = ANY(%(ids)s)

-- find --
-- What the owner found.
SELECT compared, different, coalesce(subject_ids, '{}')::text[] FROM state_comparison
 WHERE id = %(id)s AND finished_at IS NOT NULL
