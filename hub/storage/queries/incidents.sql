-- lock_not_closed --
-- Rule 4: open-or-join is decided under this lock. A row that is closed meanwhile is not returned. Its timer is read
-- afterwards: whoever waits here gets the newest version of the locked row, but the old one of any row joined to it.
SELECT i.id, i.division_id, i.kind, i.severity, i.state, i.subject_type, i.subject_id, i.recipient_id, i.explanation,
       i.opened_at, i.last_alert_at, i.acknowledged_at, i.acknowledged_by, i.call_due_at, i.contacted_at, i.touched_at,
       i.responding_at, i.responder_name, i.arrived_at, i.test_pending_until, i.closed_at, i.disposition,
       i.outcome, i.cause, i.duplicate_of, i.sounding, i.policy, i.ladder, i.version
  FROM incident i
 WHERE i.subject_type = %(subject_type)s AND i.subject_id = %(subject_id)s AND i.kind = %(kind)s
   AND i.state <> 'closed'
   FOR UPDATE

-- lock_one --
-- One incident, for a change by people.
SELECT i.id, i.division_id, i.kind, i.severity, i.state, i.subject_type, i.subject_id, i.recipient_id, i.explanation,
       i.opened_at, i.last_alert_at, i.acknowledged_at, i.acknowledged_by, i.call_due_at, i.contacted_at, i.touched_at,
       i.responding_at, i.responder_name, i.arrived_at, i.test_pending_until, i.closed_at, i.disposition,
       i.outcome, i.cause, i.duplicate_of, i.sounding, i.policy, i.ladder, i.version
  FROM incident i
 WHERE i.id = %(id)s AND in_scope(i.division_id, %(scope)s)
   FOR UPDATE

-- lock_one_if_free --
-- For deadlines: whoever has the incident now will set its timer anew; do not wait for them.
SELECT i.id, i.division_id, i.kind, i.severity, i.state, i.subject_type, i.subject_id, i.recipient_id, i.explanation,
       i.opened_at, i.last_alert_at, i.acknowledged_at, i.acknowledged_by, i.call_due_at, i.contacted_at, i.touched_at,
       i.responding_at, i.responder_name, i.arrived_at, i.test_pending_until, i.closed_at, i.disposition,
       i.outcome, i.cause, i.duplicate_of, i.sounding, i.policy, i.ladder, i.version
  FROM incident i
 WHERE i.id = %(id)s
   FOR UPDATE SKIP LOCKED

-- other_open_of_recipient --
-- Whose ladder is shared; only looked at. Each with its deadline as last committed.
SELECT i.id, i.division_id, i.kind, i.severity, i.state, i.subject_type, i.subject_id, i.recipient_id, i.explanation,
       i.opened_at, i.last_alert_at, i.acknowledged_at, i.acknowledged_by, i.call_due_at, i.contacted_at, i.touched_at,
       i.responding_at, i.responder_name, i.arrived_at, i.test_pending_until, i.closed_at, i.disposition,
       i.outcome, i.cause, i.duplicate_of, i.sounding, i.policy, i.ladder, i.version, t.purpose, t.due_at
  FROM incident i LEFT JOIN timer t ON t.owner_type = 'incident' AND t.owner_id = i.id
 WHERE i.recipient_id = %(recipient_id)s AND i.state = 'open' AND i.id <> %(id)s
 ORDER BY i.opened_at, i.id

-- other_open_of_subject --
-- The same where nobody is on file.
SELECT i.id, i.division_id, i.kind, i.severity, i.state, i.subject_type, i.subject_id, i.recipient_id, i.explanation,
       i.opened_at, i.last_alert_at, i.acknowledged_at, i.acknowledged_by, i.call_due_at, i.contacted_at, i.touched_at,
       i.responding_at, i.responder_name, i.arrived_at, i.test_pending_until, i.closed_at, i.disposition,
       i.outcome, i.cause, i.duplicate_of, i.sounding, i.policy, i.ladder, i.version, t.purpose, t.due_at
  FROM incident i LEFT JOIN timer t ON t.owner_type = 'incident' AND t.owner_id = i.id
 WHERE i.subject_type = %(subject_type)s AND i.subject_id = %(subject_id)s AND i.recipient_id IS NULL
   AND i.state = 'open' AND i.id <> %(id)s
 ORDER BY i.opened_at, i.id

-- told_of_recipient --
-- The numbers that the person's other incidents have told lately; a text that was cancelled, or failed, told nobody.
SELECT n.destination AS number, n.severity, n.created_at AS at
  FROM incident i JOIN notification n ON n.incident_id = i.id
 WHERE i.recipient_id = %(recipient_id)s AND i.id <> %(id)s AND (i.state <> 'closed' OR i.closed_at > %(since)s)
   AND n.created_at > %(since)s AND NOT n.answers AND n.state NOT IN ('cancelled', 'failed')
 ORDER BY n.created_at, n.id

-- told_of_subject --
-- The same where nobody is on file.
SELECT n.destination AS number, n.severity, n.created_at AS at
  FROM incident i JOIN notification n ON n.incident_id = i.id
 WHERE i.subject_type = %(subject_type)s AND i.subject_id = %(subject_id)s AND i.recipient_id IS NULL
   AND i.id <> %(id)s AND (i.state <> 'closed' OR i.closed_at > %(since)s)
   AND n.created_at > %(since)s AND NOT n.answers AND n.state NOT IN ('cancelled', 'failed')
 ORDER BY n.created_at, n.id

-- open --
-- All that opening writes, in one round trip. No row comes back, and nothing is written, if another transaction opened
-- one for the same subject and kind first.
WITH opened AS (
    INSERT INTO incident (id, division_id, kind, severity, state, subject_type, subject_id, recipient_id, explanation,
                          opened_at, last_alert_at, test_pending_until, sounding, policy, ladder, caller_phone, version)
    VALUES (%(id)s, %(division_id)s, %(kind)s, %(severity)s, %(state)s, %(subject_type)s, %(subject_id)s,
            %(recipient_id)s, %(explanation)s, %(opened_at)s, %(last_alert_at)s, %(test_pending_until)s, %(sounding)s,
            %(policy)s, %(ladder)s, %(caller_phone)s, %(n)s)
        ON CONFLICT (subject_type, subject_id, kind) WHERE state <> 'closed' DO NOTHING
    RETURNING id, division_id
), deadline AS (
    INSERT INTO timer (owner_type, owner_id, division_id, purpose, due_at)
    SELECT 'incident', id, division_id, %(purpose)s, %(due_at)s FROM opened
), command AS (
    INSERT INTO incident_command (incident_id, division_id, n, at, rules_version, command)
    SELECT id, division_id, %(n)s, %(at)s, %(rules_version)s, %(command)s FROM opened
), line AS (
    INSERT INTO incident_log (id, division_id, incident_id, at, code, params, actor)
    SELECT l.id, o.division_id, o.id, %(at)s, l.code, l.params, l.actor
      FROM opened o, unnest(%(log_ids)s::uuid[], %(log_codes)s::text[], %(log_params)s::jsonb[], %(log_actors)s::jsonb[])
           AS l(id, code, params, actor)
), first_alert AS (
    INSERT INTO alert (id, division_id, incident_id, kind, severity, state, recipient_id, device_id, device_event_id,
                       event_id, occurred_at, received_at, late, test, wants_ack, explanation)
    SELECT %(alert_id)s, division_id, id, %(kind)s, %(alert_severity)s, 'active', %(recipient_id)s, %(device_id)s,
           %(device_event_id)s, %(event_id)s, %(occurred_at)s, %(received_at)s, %(late)s, %(test)s, %(wants_ack)s,
           %(explanation)s
      FROM opened WHERE %(alert_id)s::uuid IS NOT NULL
), shown AS (
    INSERT INTO stream_event (id, kind, entity_id, division_id)
    SELECT %(stream_id)s, 'incident', id, division_id FROM opened
)
SELECT id, pg_notify('timer', '') FROM opened

-- save --
-- All that a command changes, in one round trip; the caller holds the incident's lock. One deadline an owner: setting
-- one replaces the one before, so there is never a second, and a closed incident has none.
WITH saved AS (
    UPDATE incident
       SET severity = %(severity)s, state = %(state)s, last_alert_at = %(last_alert_at)s,
           acknowledged_at = %(acknowledged_at)s, acknowledged_by = %(acknowledged_by)s,
           call_due_at = %(call_due_at)s, contacted_at = %(contacted_at)s, touched_at = %(touched_at)s,
           responding_at = %(responding_at)s, responder_name = %(responder_name)s, arrived_at = %(arrived_at)s,
           test_pending_until = %(test_pending_until)s, closed_at = %(closed_at)s,
           disposition = %(disposition)s, outcome = %(outcome)s, cause = %(cause)s,
           duplicate_of = %(duplicate_of)s, sounding = %(sounding)s, policy = %(policy)s, ladder = %(ladder)s,
           version = %(n)s
     WHERE id = %(id)s
    RETURNING id, division_id
), deadline AS (
    INSERT INTO timer (owner_type, owner_id, division_id, purpose, due_at)
    SELECT 'incident', id, division_id, %(purpose)s, %(due_at)s FROM saved WHERE %(due_at)s::timestamptz IS NOT NULL
        ON CONFLICT (owner_type, owner_id)
        DO UPDATE SET purpose = excluded.purpose, due_at = excluded.due_at, failures = 0, retry_at = NULL
    RETURNING owner_id
), ended AS (
    DELETE FROM timer WHERE owner_type = 'incident' AND owner_id = %(id)s AND %(due_at)s::timestamptz IS NULL
), command AS (
    INSERT INTO incident_command (incident_id, division_id, n, at, rules_version, command)
    SELECT id, division_id, %(n)s, %(at)s, %(rules_version)s, %(command)s FROM saved
), line AS (
    INSERT INTO incident_log (id, division_id, incident_id, at, code, params, actor)
    SELECT l.id, s.division_id, s.id, %(at)s, l.code, l.params, l.actor
      FROM saved s, unnest(%(log_ids)s::uuid[], %(log_codes)s::text[], %(log_params)s::jsonb[], %(log_actors)s::jsonb[])
           AS l(id, code, params, actor)
), shown AS (
    INSERT INTO stream_event (id, kind, entity_id, division_id)
    SELECT %(stream_id)s, 'incident', id, division_id FROM saved
)
SELECT pg_notify('timer', '') FROM deadline

-- insert_alert --
-- The machine's side of an incident that is there already.
INSERT INTO alert (id, division_id, incident_id, kind, severity, state, recipient_id, device_id, device_event_id,
                   event_id, occurred_at, received_at, late, test, wants_ack, explanation)
VALUES (%(alert_id)s, %(division_id)s, %(id)s, %(kind)s, %(alert_severity)s, 'active', %(recipient_id)s, %(device_id)s,
        %(device_event_id)s, %(event_id)s, %(occurred_at)s, %(received_at)s, %(late)s, %(test)s, %(wants_ack)s,
        %(explanation)s)

-- clear_alerts --
-- The cause is gone; the incident is for people to close.
UPDATE alert SET state = 'cleared', cleared_at = %(now)s WHERE incident_id = %(incident_id)s AND state = 'active'

-- owe_notifications --
-- The key is the same when the same step is taken twice: it is owed once.
WITH owed AS (
    INSERT INTO notification (id, division_id, incident_id, step, person, destination, severity, state, created_at,
                              dedup_key)
    SELECT t.id, %(division_id)s, %(incident_id)s, t.step, t.person, t.destination, %(severity)s, 'owed', %(now)s,
           t.dedup_key
      FROM unnest(%(ids)s::uuid[], %(steps)s::jsonb[], %(people)s::jsonb[], %(destinations)s::text[],
                  %(dedup_keys)s::text[]) AS t(id, step, person, destination, dedup_key)
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
-- The devices that asked to be told, once for each event; those of the incidents that were merged into it as well.
WITH RECURSIVE one_matter AS (
    SELECT %(incident_id)s::uuid AS id
     UNION
    SELECT i.id FROM incident i JOIN one_matter m ON i.duplicate_of = m.id
)
SELECT DISTINCT a.device_id, a.division_id, coalesce(a.event_id, a.device_event_id::text) AS event_ref
  FROM one_matter m JOIN alert a ON a.incident_id = m.id
 WHERE a.wants_ack AND a.device_id IS NOT NULL

-- recent --
-- A flood of unreadable messages is one incident and not a thousand lines in its log.
SELECT id FROM incident
 WHERE subject_type = %(subject_type)s AND subject_id = %(subject_id)s AND kind = %(kind)s AND state <> 'closed'
   AND last_alert_at > %(since)s
