-- series_1m --
-- One device or several, of one person or of nobody in particular; what another wore the device for is not shown.
SELECT * FROM reading_1m
 WHERE (%(recipient_id)s::uuid IS NULL OR recipient_id = %(recipient_id)s)
   AND device_id = ANY(%(devices)s::uuid[]) AND in_scope(division_id, %(scope)s)
   AND bucket >= %(from)s AND bucket < %(until)s
 ORDER BY bucket, device_id, recipient_id, division_id LIMIT %(limit)s

-- series_1h --
-- As above, by the hour.
SELECT * FROM reading_1h
 WHERE (%(recipient_id)s::uuid IS NULL OR recipient_id = %(recipient_id)s)
   AND device_id = ANY(%(devices)s::uuid[]) AND in_scope(division_id, %(scope)s)
   AND bucket >= %(from)s AND bucket < %(until)s
 ORDER BY bucket, device_id, recipient_id, division_id LIMIT %(limit)s

-- series_1d --
-- As above, by the day of UTC+8.
SELECT * FROM reading_1d
 WHERE (%(recipient_id)s::uuid IS NULL OR recipient_id = %(recipient_id)s)
   AND device_id = ANY(%(devices)s::uuid[]) AND in_scope(division_id, %(scope)s)
   AND bucket >= %(from)s AND bucket < %(until)s
 ORDER BY bucket, device_id, recipient_id, division_id LIMIT %(limit)s

-- devices_of --
-- Every device the person ever had: the roll-ups are found by device and time.
SELECT DISTINCT device_id FROM assignment WHERE recipient_id = %(recipient_id)s

-- has_hours_to_close --
-- Once an hour there are; only then is the lock worth its wait.
SELECT closed_until < date_trunc('hour', %(now)s - %(lateness)s, 'UTC') FROM rollup_progress

-- wait_briefly --
-- Who stores readings queues up behind us while we wait for the others.
SET LOCAL lock_timeout = '500ms'

-- close_hours --
-- Alone for a moment, so that nobody is left who has read the older moment and not marked. The key is that of
-- mark_late_readings().
SELECT pg_advisory_xact_lock(x'726f6c6c7570'::bigint)

-- set_closed --
-- Never backwards, whatever the clock says.
UPDATE rollup_progress SET closed_until = greatest(closed_until, date_trunc('hour', %(now)s - %(lateness)s, 'UTC'))

-- begin_collecting --
-- An installation that has had readings for long begins with the first of them; one without has nothing to collect.
UPDATE rollup_progress
   SET collected_until = coalesce((SELECT date_trunc('hour', min(measured_at), 'UTC') FROM reading), closed_until)
 WHERE collected_until = '-infinity' AND closed_until > '-infinity'

-- collect --
-- What was live until it closed, a day at a time; a day that has closed is marked by its first hour. Returns whether
-- there is more.
WITH span AS (
    SELECT collected_until AS from_at, least(closed_until, collected_until + interval '1 day') AS until_at,
           date_bin('1 day', collected_until, '2000-01-03 00:00:00+08') AS first_day,
           date_bin('1 day', least(closed_until, collected_until + interval '1 day'), '2000-01-03 00:00:00+08')
               AS open_day
      FROM rollup_progress WHERE collected_until < closed_until
), marked AS (
    INSERT INTO rollup_dirty (device_id, hour)
    SELECT DISTINCT device_id, date_trunc('hour', measured_at, 'UTC')
      FROM reading
     WHERE measured_at >= (SELECT from_at FROM span) AND measured_at < (SELECT until_at FROM span)
    UNION
    SELECT DISTINCT device_id, date_bin('1 day', measured_at, '2000-01-03 00:00:00+08')
      FROM reading
     WHERE measured_at >= (SELECT first_day FROM span) AND measured_at < (SELECT open_day FROM span)
)
UPDATE rollup_progress SET collected_until = span.until_at FROM span RETURNING collected_until < closed_until

-- take_dirty --
-- All marks of some buckets at once; a mark that commits later stays, and its reading with it.
WITH taken AS (
    DELETE FROM rollup_dirty
     WHERE (device_id, hour) IN (SELECT DISTINCT device_id, hour FROM rollup_dirty ORDER BY device_id, hour
                                  LIMIT %(limit)s)
    RETURNING device_id, hour
)
SELECT DISTINCT device_id, hour FROM taken

-- refresh --
-- The hour's minutes and the hour; and its day, if that has closed.
SELECT refresh_rollup_1m(%(devices)s, %(hours)s), refresh_rollup_1h(%(devices)s, %(hours)s),
       (SELECT refresh_rollup_1d(array_agg(device_id), array_agg(day))
          FROM (SELECT DISTINCT device_id, date_bin('1 day', hour, '2000-01-03 00:00:00+08') AS day
                  FROM unnest(%(devices)s::uuid[], %(hours)s::timestamptz[]) AS dirty(device_id, hour)) AS days
         WHERE day + interval '1 day' <= (SELECT collected_until FROM rollup_progress))

-- show --
-- Everything that was collected has been computed.
UPDATE rollup_progress SET shown_until = collected_until WHERE shown_until < collected_until
