-- request --
-- Asking twice is one call to make.
INSERT INTO follow_up AS f
       (id, division_id, recipient_id, device_id, kind, state, explanation, opened_at, last_seen_at)
VALUES (%(id)s, %(division_id)s, %(recipient_id)s, %(device_id)s, %(kind)s, 'open', %(explanation)s, %(now)s, %(now)s)
    ON CONFLICT (kind, coalesce(recipient_id, device_id)) WHERE state <> 'closed'
    DO UPDATE SET occurrences = f.occurrences + 1, last_seen_at = excluded.last_seen_at
RETURNING id
