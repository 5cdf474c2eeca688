-- list_in_force --
-- Published days and a place's own, those in force, by day.
SELECT division_id, day, kind, name, source FROM duty_day
 WHERE replaced_at IS NULL AND day BETWEEN %(first)s AND %(last)s
   AND starts_with(%(division_id)s, division_prefix(division_id))
 ORDER BY day, source, division_id

-- replace --
-- A day's word of one source, if it says something else now.
UPDATE duty_day SET replaced_at = %(now)s
 WHERE division_id = %(division_id)s AND day = %(day)s AND source = %(source)s AND replaced_at IS NULL
   AND (kind, name) IS DISTINCT FROM (%(kind)s, %(name)s)

-- add --
-- Unless the same is said already.
INSERT INTO duty_day (id, division_id, day, kind, name, source, created_at)
SELECT %(id)s, d.id, %(day)s, %(kind)s, %(name)s, %(source)s, %(now)s FROM division d WHERE d.id = %(division_id)s
    ON CONFLICT (division_id, day, source) WHERE replaced_at IS NULL DO NOTHING

-- withdraw_published --
-- Days of a year that is published anew without them.
UPDATE duty_day SET replaced_at = %(now)s
 WHERE division_id = %(division_id)s AND source = 'published' AND replaced_at IS NULL
   AND extract(year FROM day) = ANY(%(years)s) AND day <> ALL(%(days)s)
