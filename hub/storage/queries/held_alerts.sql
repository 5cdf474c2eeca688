-- release --
-- What duty is passing now is waited for, and then is held no more.
DELETE FROM timer t USING alert a
 WHERE t.owner_type = 'alert' AND t.owner_id = a.id AND a.state = 'pending' AND a.kind = %(kind)s
   AND coalesce(a.recipient_id, a.device_id) = %(owner_id)s
RETURNING t.owner_id

-- attach --
-- What was held is part of the incident now.
UPDATE alert SET state = 'active', incident_id = %(incident_id)s WHERE id = ANY(%(ids)s) AND state = 'pending'

-- clear --
-- There never was an incident.
UPDATE alert SET state = 'cleared', cleared_at = %(now)s WHERE id = ANY(%(ids)s) AND state = 'pending'

-- lock_due --
-- The timer is locked before the alert, as everywhere.
SELECT owner_id FROM timer
 WHERE owner_type = 'alert' AND due_at <= clock_timestamp() AND owner_id <> ALL(%(resting)s::uuid[])
 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED

-- lock_one --
-- No row when it was cleared or attached meanwhile.
SELECT division_id, recipient_id, device_id, occurred_at, received_at, explanation
  FROM alert WHERE id = %(id)s AND state = 'pending' FOR UPDATE

-- drop_timer --
-- A deadline without a held alert.
DELETE FROM timer WHERE owner_type = 'alert' AND owner_id = %(id)s
