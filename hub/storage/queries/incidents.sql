-- lock_not_closed --
-- Rule 4: open-or-join is decided under this lock. A row that is closed meanwhile is not returned. Its timer is read
-- afterwards: whoever waits here gets the newest version of the locked row, but the old one of any row joined to it.
SELECT i.id, i.division_id, i.kind, i.severity, i.state, i.subject_type, i.subject_id, i.recipient_id, i.explanation,
       i.opened_at, i.last_alert_at, i.acknowledged_at, i.acknowledged_by, i.call_due_at, i.contacted_at, i.touched_at,
       i.responding_at, i.responder_name, i.arrived_at, i.closed_at, i.disposition, i.sounding, i.policy, i.ladder
  FROM incident i
 WHERE i.subject_type = %(subject_type)s AND i.subject_id = %(subject_id)s AND i.kind = %(kind)s
   AND i.state <> 'closed'
   FOR UPDATE

-- lock_one --
-- One incident, for a change by people.
SELECT i.id, i.division_id, i.kind, i.severity, i.state, i.subject_type, i.subject_id, i.recipient_id, i.explanation,
       i.opened_at, i.last_alert_at, i.acknowledged_at, i.acknowledged_by, i.call_due_at, i.contacted_at, i.touched_at,
       i.responding_at, i.responder_name, i.arrived_at, i.closed_at, i.disposition, i.sounding, i.policy, i.ladder
  FROM incident i
 WHERE i.id = %(id)s AND in_scope(i.division_id, %(scope)s)
   FOR UPDATE

-- lock_one_if_free --
-- For deadlines: whoever has the incident now will set its timer anew; do not wait for them.
SELECT i.id, i.division_id, i.kind, i.severity, i.state, i.subject_type, i.subject_id, i.recipient_id, i.explanation,
       i.opened_at, i.last_alert_at, i.acknowledged_at, i.acknowledged_by, i.call_due_at, i.contacted_at, i.touched_at,
       i.responding_at, i.responder_name, i.arrived_at, i.closed_at, i.disposition, i.sounding, i.policy, i.ladder
  FROM incident i
 WHERE i.id = %(id)s
   FOR UPDATE SKIP LOCKED

-- insert --
-- No row comes back if another transaction opened one for the same subject and kind first.
INSERT INTO incident (id, division_id, kind, severity, state, subject_type, subject_id, recipient_id, explanation,
                      opened_at, last_alert_at, sounding, policy, ladder, caller_phone)
VALUES (%(id)s, %(division_id)s, %(kind)s, %(severity)s, %(state)s, %(subject_type)s, %(subject_id)s, %(recipient_id)s,
        %(explanation)s, %(opened_at)s, %(last_alert_at)s, %(sounding)s, %(policy)s, %(ladder)s, %(caller_phone)s)
    ON CONFLICT (subject_type, subject_id, kind) WHERE state <> 'closed' DO NOTHING
RETURNING id

-- save --
-- Everything of an incident that can change; the caller holds its lock.
UPDATE incident
   SET severity = %(severity)s, state = %(state)s, last_alert_at = %(last_alert_at)s,
       acknowledged_at = %(acknowledged_at)s, acknowledged_by = %(acknowledged_by)s,
       call_due_at = %(call_due_at)s, contacted_at = %(contacted_at)s, touched_at = %(touched_at)s,
       responding_at = %(responding_at)s, responder_name = %(responder_name)s, arrived_at = %(arrived_at)s, closed_at = %(closed_at)s,
       disposition = %(disposition)s, sounding = %(sounding)s, ladder = %(ladder)s, version = version + 1
 WHERE id = %(id)s

-- insert_alert --
-- The machine's side of an incident.
INSERT INTO alert (id, division_id, incident_id, kind, severity, state, recipient_id, device_id, device_event_id,
                   event_id, occurred_at, received_at, late, test, wants_ack, explanation)
VALUES (%(id)s, %(division_id)s, %(incident_id)s, %(kind)s, %(severity)s,
        CASE WHEN %(incident_id)s::uuid IS NULL THEN 'pending' ELSE 'active' END, %(recipient_id)s, %(device_id)s,
        %(device_event_id)s, %(event_id)s, %(occurred_at)s, %(received_at)s, %(late)s, %(test)s, %(wants_ack)s,
        %(explanation)s)

-- clear_alerts --
-- The cause is gone; the incident is for people to close.
WITH cleared AS (
    UPDATE alert a SET state = 'cleared', cleared_at = %(now)s
      FROM incident i
     WHERE a.incident_id = i.id AND a.state = 'active' AND i.state <> 'closed'
       AND i.subject_type = %(subject_type)s AND i.subject_id = %(subject_id)s AND i.kind = %(kind)s
    RETURNING i.id, i.division_id
)
SELECT id, division_id FROM cleared LIMIT 1

-- write_log --
-- What happened, for the desk, the audit and the replay.
INSERT INTO incident_log (id, division_id, incident_id, at, code, params, actor)
VALUES (%(id)s, %(division_id)s, %(incident_id)s, %(at)s, %(code)s, %(params)s, %(actor)s)

-- owe_notification --
-- The key is the same when the same step is taken twice: it is owed once.
WITH owed AS (
    INSERT INTO notification (id, division_id, incident_id, step, person, destination, severity, state, created_at,
                              dedup_key)
    VALUES (%(id)s, %(division_id)s, %(incident_id)s, %(step)s, %(person)s, %(destination)s, %(severity)s, 'owed',
            %(now)s, %(dedup_key)s)
        ON CONFLICT (dedup_key) DO NOTHING
    RETURNING id
)
SELECT pg_notify('outbox', '') FROM owed

-- cancel_notifications --
-- Taken: what has not been handed to a channel does not leave. One being handed over now is left to finish.
WITH cancelled AS (
    UPDATE notification n SET state = 'cancelled'
     WHERE n.incident_id = %(incident_id)s AND n.state IN ('owed', 'sending') AND NOT n.answers
       AND NOT EXISTS (SELECT 1 FROM attempt a
                        WHERE a.notification_id = n.id AND a.state IN ('submitting', 'accepted', 'delivered'))
    RETURNING n.id
)
UPDATE attempt a SET state = 'failed', reason = 'cancelled', updated_at = clock_timestamp()
  FROM cancelled c WHERE a.notification_id = c.id AND a.state = 'queued'

-- asking_alerts --
-- The devices that asked to be told, once for each event.
SELECT DISTINCT a.device_id, a.division_id, coalesce(a.event_id, a.device_event_id::text)
  FROM alert a WHERE a.incident_id = %(incident_id)s AND a.wants_ack AND a.device_id IS NOT NULL

-- recent --
-- A flood of unreadable messages is one incident and not a thousand lines in its log.
SELECT id FROM incident
 WHERE subject_type = %(subject_type)s AND subject_id = %(subject_id)s AND kind = %(kind)s AND state <> 'closed'
   AND last_alert_at > %(since)s
