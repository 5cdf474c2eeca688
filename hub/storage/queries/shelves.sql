-- over --
-- The shelves that hold for a finding, kept from ending until this transaction ends: what is put on one now is found when
-- it ends.
SELECT id::text, device_id::text, recipient_id::text, kinds, until_at
  FROM shelf
 WHERE ended_at IS NULL AND (device_id = %(device_id)s::uuid OR recipient_id = %(recipient_id)s::uuid)
   FOR SHARE

-- shelve --
-- An alert all the same, without an incident.
INSERT INTO alert (id, division_id, kind, severity, state, recipient_id, device_id, device_event_id, event_id,
                   occurred_at, received_at, late, test, wants_ack, explanation, shelf_id)
VALUES (%(alert_id)s, %(division_id)s, %(kind)s, %(alert_severity)s, 'shelved', %(recipient_id)s, %(device_id)s,
        %(device_event_id)s, %(event_id)s, %(occurred_at)s, %(received_at)s, %(late)s, %(test)s, %(wants_ack)s,
        %(explanation)s, %(shelf_id)s)

-- clear --
-- The cause is gone while it lies on the shelf. What is being brought back to the desk now is not waited for: whoever
-- brings it back holds no incident yet, and the caller may.
UPDATE alert SET state = 'cleared', cleared_at = %(now)s
 WHERE id IN (SELECT id FROM alert
               WHERE state = 'shelved' AND kind = %(kind)s AND coalesce(recipient_id, device_id) = %(owner_id)s
                 FOR UPDATE SKIP LOCKED)

-- put_up --
-- A new shelf and its end.
WITH put_up AS (
    INSERT INTO shelf (id, division_id, device_id, recipient_id, kinds, reason, created_at, created_by, until_at)
    VALUES (%(id)s, %(division_id)s, %(device_id)s, %(recipient_id)s, %(kinds)s, %(reason)s, %(now)s, %(by)s, %(until)s)
    RETURNING id, division_id, until_at
), deadline AS (
    INSERT INTO timer (owner_type, owner_id, division_id, purpose, due_at)
    SELECT 'shelf', id, division_id, 'shelf_ends', until_at FROM put_up
    RETURNING owner_id
)
SELECT pg_notify('timer', '') FROM deadline

-- lock_due --
-- The timer is locked before the shelf, as everywhere.
SELECT owner_id FROM timer
 WHERE owner_type = 'shelf' AND due_at <= clock_timestamp() AND (retry_at IS NULL OR retry_at <= clock_timestamp())
   AND owner_id <> ALL(%(resting)s::uuid[])
 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED

-- drop_timer --
-- It ends now; duty brings back what still lasts.
WITH dropped AS (DELETE FROM timer WHERE owner_type = 'shelf' AND owner_id = %(id)s RETURNING owner_id)
SELECT pg_notify('timer', '') FROM dropped

-- end --
-- Waits for whoever is putting something on it. No row comes back when it had ended already.
UPDATE shelf SET ended_at = %(now)s, ended_by = %(by)s WHERE id = %(id)s AND ended_at IS NULL
RETURNING division_id, device_id, recipient_id

-- held --
-- What it held back, and what of that still lasts: a statement of its own, once nothing more can be put on it.
SELECT count(*), count(*) FILTER (WHERE state = 'shelved') FROM alert WHERE shelf_id = %(id)s

-- lock_unshelved --
-- The newest alert that lasts longer than the shelf it was on.
SELECT a.id, a.division_id, a.kind, a.severity, a.recipient_id, a.device_id, a.occurred_at, a.received_at, a.late,
       a.explanation
  FROM alert a
 WHERE a.state = 'shelved' AND a.id <> ALL(%(resting)s::uuid[])
   AND NOT EXISTS (SELECT 1 FROM shelf s WHERE s.id = a.shelf_id AND s.ended_at IS NULL)
 ORDER BY a.received_at DESC, a.id DESC LIMIT 1 FOR UPDATE SKIP LOCKED

-- lock_siblings --
-- All that was set aside of the same subject and kind and lasts.
SELECT a.id FROM alert a
 WHERE a.state = 'shelved' AND a.kind = %(kind)s AND coalesce(a.recipient_id, a.device_id) = %(owner_id)s
   AND NOT EXISTS (SELECT 1 FROM shelf s WHERE s.id = a.shelf_id AND s.ended_at IS NULL)
   FOR UPDATE SKIP LOCKED

-- attach --
-- They are part of the incident now.
UPDATE alert SET state = 'active', incident_id = %(incident_id)s WHERE id = ANY(%(ids)s) AND state = 'shelved'

-- in_scope --
-- A page of the list, the newest first, or one by its id: how many alerts each has held back, and how many still last.
SELECT s.id, s.division_id, d.name AS place, s.device_id, v.kind AS device_kind, v.serial AS device_serial,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       s.kinds, s.reason, s.created_at, s.created_by, s.until_at AS until, s.ended_at, s.ended_by,
       held.held_back, held.still, held.findings
  FROM shelf s
  LEFT JOIN division d ON d.id = s.division_id
  LEFT JOIN device v ON v.id = s.device_id
  LEFT JOIN assignment a ON a.device_id = s.device_id AND a.until_at IS NULL
  LEFT JOIN recipient r ON r.id = coalesce(s.recipient_id, a.recipient_id)
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(k.held_back), 0)::bigint AS held_back, coalesce(sum(k.still), 0)::bigint AS still,
              coalesce(jsonb_agg(jsonb_build_object('kind', k.kind, 'held_back', k.held_back, 'still', k.still,
                                                    'last_at', k.last_at) ORDER BY k.last_at DESC), '[]') AS findings
         FROM (SELECT x.kind, count(*) AS held_back, count(*) FILTER (WHERE x.state = 'shelved') AS still,
                      max(x.received_at) AS last_at
                 FROM alert x WHERE x.shelf_id = s.id GROUP BY x.kind) AS k) AS held
 WHERE in_scope(s.division_id, %(scope)s)
   AND (%(id)s::uuid IS NULL OR s.id = %(id)s)
   AND (%(ended)s::boolean IS NULL OR (s.ended_at IS NOT NULL) = %(ended)s)
   AND (cardinality(%(kinds)s::text[]) = 0 OR s.kinds && %(kinds)s)
   AND (%(device_id)s::uuid IS NULL OR s.device_id = %(device_id)s)
   AND (%(recipient_id)s::uuid IS NULL OR s.recipient_id = %(recipient_id)s)
   AND (%(words)s::text[] IS NULL OR s.device_id IN (SELECT devices_found(%(words)s::text[]))
        OR r.id IN (SELECT recipients_found(%(words)s::text[])))
   AND (%(before_at)s::timestamptz IS NULL OR (s.created_at, s.id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY s.created_at DESC, s.id DESC LIMIT %(limit)s
