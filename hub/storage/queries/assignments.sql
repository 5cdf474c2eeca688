-- lock_device --
-- Two people who assign the same device wait for each other.
SELECT id FROM device WHERE id = %(id)s AND in_scope(division_id, %(scope)s) FOR UPDATE

-- end_current --
-- Whoever has the device at that time has it until then.
UPDATE assignment SET until_at = %(from)s
 WHERE device_id = %(device_id)s AND from_at <= %(from)s AND (until_at IS NULL OR until_at > %(from)s)

-- overlapping --
-- What is left and would share a moment with the new range.
SELECT id FROM assignment
 WHERE device_id = %(device_id)s AND coalesce(until_at, 'infinity') > %(from)s
   AND from_at < coalesce(%(until)s::timestamptz, 'infinity') AND from_at < coalesce(until_at, 'infinity')
 LIMIT 1

-- insert --
-- No row when nobody in scope has this id.
INSERT INTO assignment (id, division_id, device_id, recipient_id, from_at, until_at)
SELECT %(id)s, r.division_id, %(device_id)s, r.id, %(from)s, %(until)s
  FROM recipient r WHERE r.id = %(recipient_id)s AND in_scope(r.division_id, %(scope)s)
RETURNING id, device_id, from_at AS "from", until_at AS "until",
          (SELECT jsonb_build_object('id', p.id, 'name', p.name) FROM recipient p WHERE p.id = recipient_id) AS recipient

-- place_device --
-- Where its wearer is, or with its owner.
WITH place AS (
    SELECT v.id, coalesce((SELECT r.division_id FROM assignment a JOIN recipient r ON r.id = a.recipient_id
                            WHERE a.device_id = v.id AND a.from_at <= clock_timestamp()
                              AND (a.until_at IS NULL OR a.until_at > clock_timestamp())),
                          v.owner_division_id, v.division_id) AS division_id
      FROM device v WHERE v.id = %(device_id)s
), states AS (
    UPDATE device_state s SET division_id = place.division_id FROM place WHERE s.device_id = place.id
)
UPDATE device v SET division_id = place.division_id, updated_at = clock_timestamp() FROM place WHERE v.id = place.id

-- list_of_device --
-- The newest record first.
SELECT a.id, a.device_id, a.from_at AS "from", a.until_at AS "until",
       jsonb_build_object('id', r.id, 'name', r.name) AS recipient
  FROM assignment a JOIN recipient r ON r.id = a.recipient_id
 WHERE a.device_id = %(device_id)s AND in_scope(r.division_id, %(scope)s)
   AND (%(before)s::uuid IS NULL OR a.id < %(before)s)
 ORDER BY a.id DESC LIMIT %(limit)s
