-- report --
-- One open item per kind and device (without one: person, without one: place): a thousand reports are one line with a
-- count.
INSERT INTO maintenance_item AS item
       (id, division_id, kind, state, device_id, recipient_id, about, explanation, opened_at, last_seen_at, cleared_at)
VALUES (%(id)s, %(division_id)s, %(kind)s, %(state)s, %(device_id)s, %(recipient_id)s, %(about)s, %(explanation)s,
        %(now)s, %(now)s, CASE WHEN %(state)s = 'cleared' THEN %(now)s::timestamptz END)
    ON CONFLICT (kind, coalesce(device_id, recipient_id, '00000000-0000-0000-0000-000000000000'::uuid),
                 (CASE WHEN device_id IS NULL AND recipient_id IS NULL THEN division_id ELSE '' END), about)
          WHERE state = 'open'
    DO UPDATE SET occurrences = item.occurrences + 1, last_seen_at = excluded.last_seen_at,
                  explanation = excluded.explanation
RETURNING id, occurrences

-- clear --
-- The restore that is paired with the fault.
UPDATE maintenance_item SET state = 'cleared', cleared_at = %(now)s
 WHERE kind = %(kind)s AND state = 'open'
   AND coalesce(device_id, recipient_id, '00000000-0000-0000-0000-000000000000'::uuid)
     = coalesce(%(owner_id)s::uuid, '00000000-0000-0000-0000-000000000000'::uuid)
RETURNING id, division_id
