-- maintenance --
-- A page of the list, or the items of the stream by id: the same columns. The list leaves out what is inside another,
-- unless it is asked about one device. People are found by whoever may see them (`people`).
SELECT m.id, m.kind, m.state, m.division_id, d.name AS place, m.device_id, v.kind AS device_kind, v.model AS device_model,
       v.serial AS device_serial,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       m.explanation, m.opened_at, m.last_seen_at, m.occurrences, m.cleared_at, m.closed_by, m.note, m.folded_into,
       maintenance_due_at(m.opened_at) AS due_at,
       m.state = 'open' AND maintenance_due_at(m.opened_at) < clock_timestamp() AS overdue,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'at', n.at, 'by', n.by, 'kind', n.kind, 'who', n.who,
                                                     'outcome', n.outcome, 'text', n.text) ORDER BY n.at, n.id), '[]')
          FROM queue_note n WHERE n.maintenance_item_id = m.id) AS notes,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'device_id', p.device_id, 'device_kind', pv.kind, 'sign', p.sign,
                   'recipient', CASE WHEN pr.id IS NOT NULL THEN jsonb_build_object('id', pr.id, 'name', pr.name) END)
                   ORDER BY pr.name, p.device_id), '[]')
          FROM power_cut_device p JOIN device pv ON pv.id = p.device_id LEFT JOIN recipient pr ON pr.id = p.recipient_id
         WHERE m.kind = 'power_cut' AND p.item_id = m.id) AS concerned
  FROM maintenance_item m
  LEFT JOIN division d ON d.id = m.division_id
  LEFT JOIN device v ON v.id = m.device_id
  LEFT JOIN assignment a ON a.device_id = m.device_id AND a.from_at <= m.last_seen_at
                        AND (a.until_at IS NULL OR a.until_at > m.last_seen_at)
  LEFT JOIN recipient r ON r.id = coalesce(m.recipient_id, a.recipient_id)
 WHERE in_scope(m.division_id, %(scope)s)
   AND CASE WHEN %(ids)s::uuid[] IS NULL THEN m.folded_into IS NULL OR m.device_id = %(device_id)s::uuid
            ELSE m.id = ANY(%(ids)s) END
   AND (cardinality(%(states)s::text[]) = 0 OR m.state = ANY(%(states)s))
   AND (cardinality(%(kinds)s::text[]) = 0 OR m.kind = ANY(%(kinds)s))
   AND (%(device_id)s::uuid IS NULL OR m.device_id = %(device_id)s)
   AND (NOT %(overdue)s OR m.state = 'open' AND maintenance_due_at(m.opened_at) < clock_timestamp())
   AND (%(words)s::text[] IS NULL
        OR m.device_id IN (SELECT devices_found(%(words)s::text[]))
        OR m.division_id IN (SELECT places_found(%(words)s::text[]))
        OR %(people)s AND r.id IN (SELECT recipients_found(%(words)s::text[])))
   AND (%(before_at)s::timestamptz IS NULL OR (m.opened_at, m.id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY m.opened_at DESC, m.id DESC LIMIT %(limit)s

-- follow_ups --
-- A page of the list, or the follow-ups of the stream by id: the same columns.
SELECT f.id, f.kind, f.state, f.division_id, d.name AS place,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       f.device_id, v.kind AS device_kind, f.explanation, f.opened_at, f.last_seen_at, f.occurrences, f.acknowledged_at,
       f.acknowledged_by, f.closed_at, f.disposition, f.note,
       follow_up_due_at(f.state, f.opened_at) AS due_at,
       f.state <> 'closed' AND follow_up_due_at(f.state, f.opened_at) < clock_timestamp() AS overdue,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'at', n.at, 'by', n.by, 'kind', n.kind, 'who', n.who,
                                                     'outcome', n.outcome, 'text', n.text) ORDER BY n.at, n.id), '[]')
          FROM queue_note n WHERE n.follow_up_id = f.id) AS notes
  FROM follow_up f
  LEFT JOIN division d ON d.id = f.division_id
  LEFT JOIN recipient r ON r.id = f.recipient_id
  LEFT JOIN device v ON v.id = f.device_id
 WHERE in_scope(f.division_id, %(scope)s)
   AND (%(ids)s::uuid[] IS NULL OR f.id = ANY(%(ids)s))
   AND (cardinality(%(states)s::text[]) = 0 OR f.state = ANY(%(states)s))
   AND (cardinality(%(kinds)s::text[]) = 0 OR f.kind = ANY(%(kinds)s))
   AND (%(recipient_id)s::uuid IS NULL OR f.recipient_id = %(recipient_id)s)
   AND (NOT %(overdue)s OR f.state <> 'closed' AND follow_up_due_at(f.state, f.opened_at) < clock_timestamp())
   AND (%(words)s::text[] IS NULL
        OR r.id IN (SELECT recipients_found(%(words)s::text[])) OR f.device_id IN (SELECT devices_found(%(words)s::text[])))
   AND (%(before_at)s::timestamptz IS NULL OR (f.opened_at, f.id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY f.opened_at DESC, f.id DESC LIMIT %(limit)s

-- overdue --
-- How much of each queue has waited longer than it may; what is inside another item is not counted again.
SELECT (SELECT count(*) FROM maintenance_item m
         WHERE m.state = 'open' AND m.folded_into IS NULL AND in_scope(m.division_id, %(scope)s)
           AND maintenance_due_at(m.opened_at) < clock_timestamp()) AS maintenance,
       (SELECT count(*) FROM follow_up f
         WHERE f.state <> 'closed' AND in_scope(f.division_id, %(scope)s)
           AND follow_up_due_at(f.state, f.opened_at) < clock_timestamp()) AS follow_ups

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

-- note_maintenance --
-- Only while it is open. No row comes back when it is not.
INSERT INTO queue_note (id, division_id, maintenance_item_id, at, by, kind, who, outcome, text)
SELECT %(note_id)s, m.division_id, m.id, clock_timestamp(), %(actor)s, %(kind)s, %(who)s, %(outcome)s, %(text)s
  FROM maintenance_item m
 WHERE m.id = %(id)s AND m.state = 'open' AND in_scope(m.division_id, %(scope)s)
   FOR SHARE OF m
RETURNING maintenance_item_id, division_id

-- note_follow_up --
-- Only until it is closed. Whoever calls or goes there has taken it, unless somebody else has.
WITH worked AS (
    UPDATE follow_up
       SET state = CASE WHEN %(kind)s = 'note' THEN state ELSE 'acknowledged' END,
           acknowledged_at = CASE WHEN %(kind)s = 'note' THEN acknowledged_at
                                  ELSE coalesce(acknowledged_at, clock_timestamp()) END,
           acknowledged_by = CASE WHEN %(kind)s = 'note' THEN acknowledged_by
                                  ELSE coalesce(acknowledged_by, %(actor)s::jsonb) END
     WHERE id = %(id)s AND state <> 'closed' AND in_scope(division_id, %(scope)s)
    RETURNING id, division_id
)
INSERT INTO queue_note (id, division_id, follow_up_id, at, by, kind, who, outcome, text)
SELECT %(note_id)s, w.division_id, w.id, clock_timestamp(), %(actor)s, %(kind)s, %(who)s, %(outcome)s, %(text)s FROM worked w
RETURNING follow_up_id, division_id
