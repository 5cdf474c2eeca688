-- signs --
-- What tells of a power cut now: mains-powered devices that are offline, since they were last heard, and chargers that
-- went out a moment ago. What was told in an earlier power cut is not told again.
SELECT 'silent' AS kind, m.device_id::text AS device_id, coalesce(a.recipient_id, m.device_id)::text AS home,
       m.division_id AS place_id,
       m.opened_at - make_interval(secs => (m.explanation #>> '{params,silent_s}')::double precision) AS at
  FROM maintenance_item m
  JOIN device v ON v.id = m.device_id
  LEFT JOIN assignment a ON a.device_id = m.device_id AND a.until_at IS NULL
 WHERE m.kind = 'device_offline' AND m.state = 'open' AND m.folded_into IS NULL AND v.kind = ANY(%(mains)s)
   AND m.opened_at > clock_timestamp() - %(look_back)s
   AND NOT EXISTS (SELECT 1 FROM power_cut_device p JOIN maintenance_item c ON c.id = p.item_id
                    WHERE p.device_id = m.device_id AND c.cleared_at >= m.opened_at)
 UNION ALL
SELECT 'unplugged', e.device_id::text, coalesce(e.recipient_id, e.device_id)::text, e.division_id, e.received_at
  FROM device_event e
 WHERE e.event = 'charging_ended' AND NOT e.historical AND NOT e.test
   AND e.received_at > clock_timestamp() - %(unplugged_back)s
   AND NOT EXISTS (SELECT 1 FROM power_cut_device p JOIN maintenance_item c ON c.id = p.item_id
                    WHERE p.device_id = e.device_id AND c.cleared_at >= e.received_at)

-- powered --
-- How many mains-powered devices of these places are heard of at all.
SELECT coalesce(r.division_id, v.division_id), count(*)
  FROM device v
  JOIN device_state s ON s.device_id = v.id AND s.last_seen_at > clock_timestamp() - interval '1 day'
  LEFT JOIN assignment a ON a.device_id = v.id AND a.until_at IS NULL
  LEFT JOIN recipient r ON r.id = a.recipient_id
 WHERE v.kind = ANY(%(mains)s) AND v.revoked_at IS NULL AND coalesce(r.division_id, v.division_id) = ANY(%(places)s)
 GROUP BY 1

-- standing --
-- Power cuts that are not over: how many devices tell of each, and of how many that still holds. A charger that nobody
-- plugs in again is forgotten after a while.
SELECT c.id, c.division_id, count(p.device_id),
       count(p.device_id) FILTER (WHERE CASE p.sign
           WHEN 'silent' THEN EXISTS (SELECT 1 FROM maintenance_item m
                                       WHERE m.kind = 'device_offline' AND m.state = 'open' AND m.device_id = p.device_id)
           ELSE c.opened_at > clock_timestamp() - %(forgotten_after)s
                AND NOT EXISTS (SELECT 1 FROM device_state s WHERE s.device_id = p.device_id AND s.charging)
           END)
  FROM maintenance_item c LEFT JOIN power_cut_device p ON p.item_id = c.id
 WHERE c.kind = 'power_cut' AND c.state = 'open'
 GROUP BY c.id

-- item_of --
-- The open item of this place.
SELECT id FROM maintenance_item WHERE kind = 'power_cut' AND state = 'open' AND division_id = %(place_id)s

-- add_devices --
-- Who is concerned, and whose the device is.
INSERT INTO power_cut_device (item_id, device_id, division_id, recipient_id, sign)
SELECT %(item_id)s, v.id, %(place_id)s, a.recipient_id, %(sign)s
  FROM device v LEFT JOIN assignment a ON a.device_id = v.id AND a.until_at IS NULL
 WHERE v.id = ANY(%(device_ids)s::uuid[])
    ON CONFLICT (item_id, device_id) DO NOTHING

-- fold --
-- The devices' own items, and that nothing sees their people, are inside the place's now; each is shown anew, as no
-- line of its own any more.
WITH folded AS (
    UPDATE maintenance_item m SET folded_into = p.item_id
      FROM power_cut_device p
     WHERE p.item_id = %(item_id)s AND m.state = 'open' AND m.folded_into IS NULL
       AND (m.kind = 'device_offline' AND m.device_id = p.device_id
            OR m.kind = 'data_blind' AND m.recipient_id = p.recipient_id)
    RETURNING m.id, m.division_id
)
INSERT INTO stream_event (id, kind, entity_id, division_id)
SELECT gen_random_uuid(), 'maintenance', id, division_id FROM folded ORDER BY id

-- unfold --
-- The power is back, or somebody has closed the place's item: what is still silent then has a trouble of its own.
WITH unfolded AS (
    UPDATE maintenance_item m SET folded_into = NULL
      FROM maintenance_item c
     WHERE c.id = m.folded_into AND c.state <> 'open' AND m.state = 'open'
    RETURNING m.id, m.division_id
)
INSERT INTO stream_event (id, kind, entity_id, division_id)
SELECT gen_random_uuid(), 'maintenance', id, division_id FROM unfolded ORDER BY id

-- end --
-- Most are back.
UPDATE maintenance_item SET state = 'cleared', cleared_at = clock_timestamp() WHERE id = %(item_id)s AND state = 'open'
RETURNING id
