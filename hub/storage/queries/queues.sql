-- maintenance --
-- A page of the list, or the items of the stream by id: the same columns. The list leaves out what is inside another.
SELECT m.id, m.kind, m.state, m.division_id, m.device_id, v.kind AS device_kind,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       m.explanation, m.opened_at, m.last_seen_at, m.occurrences, m.cleared_at, m.closed_by, m.note, m.folded_into,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'device_id', p.device_id, 'device_kind', pv.kind, 'sign', p.sign,
                   'recipient', CASE WHEN pr.id IS NOT NULL THEN jsonb_build_object('id', pr.id, 'name', pr.name) END)
                   ORDER BY pr.name, p.device_id), '[]')
          FROM power_cut_device p JOIN device pv ON pv.id = p.device_id LEFT JOIN recipient pr ON pr.id = p.recipient_id
         WHERE m.kind = 'power_cut' AND p.item_id = m.id) AS concerned
  FROM maintenance_item m
  LEFT JOIN device v ON v.id = m.device_id
  LEFT JOIN assignment a ON a.device_id = m.device_id AND a.from_at <= m.last_seen_at
                        AND (a.until_at IS NULL OR a.until_at > m.last_seen_at)
  LEFT JOIN recipient r ON r.id = coalesce(m.recipient_id, a.recipient_id)
 WHERE in_scope(m.division_id, %(scope)s)
   AND CASE WHEN %(ids)s::uuid[] IS NULL THEN m.folded_into IS NULL ELSE m.id = ANY(%(ids)s) END
   AND (cardinality(%(states)s::text[]) = 0 OR m.state = ANY(%(states)s))
   AND (%(before_at)s::timestamptz IS NULL OR (m.opened_at, m.id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY m.opened_at DESC, m.id DESC LIMIT %(limit)s

-- follow_ups --
-- A page of the list, or the follow-ups of the stream by id: the same columns.
SELECT f.id, f.kind, f.state, f.division_id,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       f.device_id, f.explanation, f.opened_at, f.last_seen_at, f.occurrences, f.acknowledged_at, f.acknowledged_by,
       f.closed_at, f.disposition, f.note
  FROM follow_up f LEFT JOIN recipient r ON r.id = f.recipient_id
 WHERE in_scope(f.division_id, %(scope)s)
   AND (%(ids)s::uuid[] IS NULL OR f.id = ANY(%(ids)s))
   AND (cardinality(%(states)s::text[]) = 0 OR f.state = ANY(%(states)s))
   AND (%(before_at)s::timestamptz IS NULL OR (f.opened_at, f.id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY f.opened_at DESC, f.id DESC LIMIT %(limit)s

-- close_maintenance --
-- No row comes back when it was not open any more.
UPDATE maintenance_item SET state = 'closed', cleared_at = clock_timestamp(), closed_by = %(actor)s, note = %(note)s
 WHERE id = %(id)s AND state = 'open' AND in_scope(division_id, %(scope)s)
RETURNING id, division_id

-- acknowledge_follow_up --
-- No row comes back if another operator was first.
UPDATE follow_up SET state = 'acknowledged', acknowledged_at = clock_timestamp(), acknowledged_by = %(actor)s
 WHERE id = %(id)s AND state = 'open' AND in_scope(division_id, %(scope)s)
RETURNING id, division_id

-- close_follow_up --
-- Whoever closes it has taken it.
UPDATE follow_up
   SET state = 'closed', closed_at = clock_timestamp(), disposition = %(disposition)s, note = %(note)s,
       acknowledged_at = coalesce(acknowledged_at, clock_timestamp()),
       acknowledged_by = coalesce(acknowledged_by, %(actor)s::jsonb)
 WHERE id = %(id)s AND state <> 'closed' AND in_scope(division_id, %(scope)s)
RETURNING id, division_id
