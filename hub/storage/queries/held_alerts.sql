-- hold --
-- A suspicion: an alert without an incident, and the deadline at which it opens one unless it is cleared before.
WITH held AS (
    INSERT INTO alert (id, division_id, kind, severity, state, recipient_id, device_id, device_event_id, event_id,
                       occurred_at, received_at, late, test, wants_ack, explanation)
    VALUES (%(alert_id)s, %(division_id)s, %(kind)s, %(alert_severity)s, 'pending', %(recipient_id)s, %(device_id)s,
            %(device_event_id)s, %(event_id)s, %(occurred_at)s, %(received_at)s, %(late)s, %(test)s, %(wants_ack)s,
            %(explanation)s)
    RETURNING id, division_id
), deadline AS (
    INSERT INTO timer (owner_type, owner_id, division_id, purpose, due_at)
    SELECT 'alert', id, division_id, 'confirm', %(due_at)s FROM held
    RETURNING owner_id
)
SELECT pg_notify('timer', '') FROM deadline

-- release --
-- What duty is passing now is waited for, and then is held no more.
DELETE FROM timer t USING alert a
 WHERE t.owner_type = 'alert' AND t.owner_id = a.id AND a.state = 'pending' AND a.kind = %(kind)s
   AND coalesce(a.recipient_id, a.device_id) = %(owner_id)s
RETURNING t.owner_id

-- release_free --
-- What another duty process is passing now is left to it: two that have one of two siblings each would wait for ever.
DELETE FROM timer t
 WHERE t.owner_type = 'alert'
   AND t.owner_id IN (SELECT held.owner_id FROM timer held JOIN alert a ON a.id = held.owner_id
                       WHERE held.owner_type = 'alert' AND a.state = 'pending' AND a.kind = %(kind)s
                         AND coalesce(a.recipient_id, a.device_id) = %(owner_id)s
                         FOR UPDATE OF held SKIP LOCKED)
RETURNING t.owner_id

-- attach --
-- What was held is part of the incident now.
UPDATE alert SET state = 'active', incident_id = %(incident_id)s WHERE id = ANY(%(ids)s) AND state = 'pending'

-- clear --
-- There never was an incident.
UPDATE alert SET state = 'cleared', cleared_at = %(now)s WHERE id = ANY(%(ids)s) AND state = 'pending'

-- lock_one --
-- No row when it was cleared or attached meanwhile.
SELECT division_id, recipient_id, device_id, occurred_at, received_at, explanation
  FROM alert WHERE id = %(id)s AND state = 'pending' FOR UPDATE

-- drop_timer --
-- A deadline without a held alert.
DELETE FROM timer WHERE owner_type = 'alert' AND owner_id = %(id)s
