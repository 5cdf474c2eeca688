-- lock_owed --
-- Notifications nobody has begun to deliver, the gravest first.
SELECT id AS notification_id, incident_id, division_id FROM notification
 WHERE state = 'owed' AND id <> ALL(%(resting)s::uuid[])
 ORDER BY array_position(ARRAY['critical', 'high', 'medium', 'low'], severity), created_at, id
 LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- queue_attempt --
-- The next number of its notification; two workers cannot both make it, the notification is locked.
INSERT INTO attempt (id, division_id, notification_id, number, channel, state, due_at, repeats_unknown)
SELECT %(id)s, n.division_id, n.id, coalesce((SELECT max(number) FROM attempt a WHERE a.notification_id = n.id), 0) + 1,
       %(channel)s, 'queued', clock_timestamp() + %(delay)s::interval, %(repeats_unknown)s
  FROM notification n WHERE n.id = %(notification_id)s

-- lock_overtaken --
-- What must not leave any more: its incident was taken or closed, it is too old, or the ladder owes the same number a
-- newer one. A try that is being handed over now is left to finish.
SELECT n.id AS notification_id, n.incident_id, n.division_id FROM notification n JOIN incident i ON i.id = n.incident_id
 WHERE n.state IN ('owed', 'sending') AND n.id <> ALL(%(resting)s::uuid[])
   AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.notification_id = n.id AND a.state = 'submitting')
   AND (n.expires_at <= clock_timestamp()
        OR NOT n.answers
           AND (i.state <> 'open'
                OR EXISTS (SELECT 1 FROM notification newer
                            WHERE newer.incident_id = n.incident_id AND newer.destination = n.destination
                              AND newer.created_at > n.created_at AND NOT newer.answers
                              AND newer.state IN ('owed', 'sending', 'sent', 'delivered'))))
 LIMIT %(limit)s FOR UPDATE OF n SKIP LOCKED

-- cancel_queued --
-- They were never handed to a channel.
UPDATE attempt SET state = 'failed', reason = 'cancelled', updated_at = clock_timestamp()
 WHERE notification_id = %(notification_id)s AND state = 'queued'

-- move_queued --
-- A channel that cannot send now gives what waits for it to one that can.
UPDATE attempt SET channel = %(to_channel)s, updated_at = clock_timestamp()
 WHERE id IN (SELECT id FROM attempt
               WHERE state = 'queued' AND channel <> ALL(%(ready)s) AND due_at <= clock_timestamp()
                 FOR UPDATE SKIP LOCKED)

-- lock_claimable --
-- What may leave now. The incident is locked against being taken until this commits: what was taken first does not
-- leave. Rows that somebody else has are passed over, so that nobody waits for a gateway and nobody can deadlock.
SELECT a.id AS attempt_id, a.channel, n.id AS notification_id, n.incident_id, n.division_id, n.destination,
       bare_number(n.destination) AS number, n.severity, n.answers, n.text,
       i.kind, i.subject_type, i.code, i.opened_at, r.name, r.sex, r.birth_date, r.group_name,
       coalesce(r.timezone, d.timezone, %(timezone)s) AS timezone,
       CASE WHEN d.level = 'village' THEN d.name END AS village,
       (SELECT min(alert.occurred_at) FROM alert WHERE alert.incident_id = i.id) AS occurred_at,
       EXISTS (SELECT 1 FROM incident_log l
                WHERE l.incident_id = i.id AND l.code = 'contact_attempt' AND l.params ->> 'contact_id' IS NULL
                  AND l.params ->> 'outcome' IN ('no_answer', 'busy')) AS call_unanswered,
       EXISTS (SELECT 1 FROM notification other JOIN incident oi ON oi.id = other.incident_id
                WHERE oi.state <> 'closed' AND oi.id <> i.id AND bare_number(other.destination) = bare_number(n.destination))
           AS told_of_another
  FROM attempt a
  JOIN notification n ON n.id = a.notification_id
  JOIN incident i ON i.id = n.incident_id
  LEFT JOIN recipient r ON r.id = i.recipient_id
  LEFT JOIN division d ON d.id = i.division_id
 WHERE a.state = 'queued' AND a.due_at <= clock_timestamp() AND a.channel = ANY(%(ready)s)
   AND a.id <> ALL(%(resting)s::uuid[])
   AND n.state = 'sending' AND (i.state = 'open' OR n.answers)
   AND (n.expires_at IS NULL OR n.expires_at > clock_timestamp())
   AND (%(number)s::text IS NULL OR bare_number(n.destination) = %(number)s AND NOT n.answers AND n.text IS NULL)
 ORDER BY array_position(ARRAY['critical', 'high', 'medium', 'low'], n.severity), a.due_at
 LIMIT %(limit)s FOR UPDATE OF a, n SKIP LOCKED FOR SHARE OF i SKIP LOCKED

-- left_lately --
-- What telephones were told a moment ago about incidents that are open; what was told inside another text is not there.
SELECT bare_number(n.destination), n.incident_id, i.kind, n.severity, a.submitted_at
  FROM notification n JOIN attempt a ON a.notification_id = n.id JOIN incident i ON i.id = n.incident_id
 WHERE bare_number(n.destination) = ANY(%(numbers)s) AND n.created_at > %(since)s::timestamptz - interval '1 hour'
   AND a.submitted_at > %(since)s AND a.state <> 'failed' AND n.bundled_with IS NULL AND NOT n.answers
   AND i.state = 'open'
 ORDER BY a.submitted_at

-- put_off --
-- They wait to be told together.
UPDATE attempt SET due_at = %(until)s, updated_at = clock_timestamp()
 WHERE id = ANY(%(attempt_ids)s) AND state = 'queued'

-- bundle --
-- Handed over inside another notification's text, which is on record there.
UPDATE notification SET bundled_with = %(leader_id)s WHERE id = %(notification_id)s

-- begin_submitting --
-- Committed before the channel hears of it: after a crash it is unknown, never silently queued again.
UPDATE attempt SET state = 'submitting', submitted_at = clock_timestamp(), updated_at = clock_timestamp(),
                   leased_until = clock_timestamp() + %(lease)s::interval
 WHERE id = %(attempt_id)s AND state = 'queued'

-- set_text --
-- What is handed over, for the record; a further try says the same.
UPDATE notification SET text = %(text)s, bundled_with = NULL WHERE id = %(notification_id)s

-- expired_leases --
-- Whoever was submitting these is gone, or stuck: the outcome is unknown.
SELECT id FROM attempt
 WHERE state = 'submitting' AND leased_until <= clock_timestamp() AND id <> ALL(%(resting)s::uuid[]) LIMIT %(limit)s

-- overdue_receipts --
-- Accepted, and no word from the telephone in time.
SELECT id FROM attempt
 WHERE state = 'accepted' AND due_at <= clock_timestamp() AND id <> ALL(%(resting)s::uuid[]) LIMIT %(limit)s

-- lock_notification --
-- By itself, before anything is read: whoever waits for a lock gets the newest version of the locked row only.
SELECT id FROM notification
 WHERE id = (SELECT notification_id FROM attempt WHERE id = %(attempt_id)s) FOR UPDATE

-- delivery --
-- An attempt's notification, once it is locked. The incident is only looked at: taking it never waits for a gateway.
SELECT n.id AS notification_id, n.incident_id, n.division_id, n.severity, n.state, a.channel,
       a.state AS attempt_state,
       n.state <> 'cancelled' AND (i.state = 'open' OR n.answers)
           AND (n.expires_at IS NULL OR n.expires_at > clock_timestamp()) AS may_leave
  FROM attempt a JOIN notification n ON n.id = a.notification_id JOIN incident i ON i.id = n.incident_id
 WHERE a.id = %(attempt_id)s

-- tries --
-- All tries of a notification, in order.
SELECT id, channel, state, permanent FROM attempt
 WHERE notification_id = %(notification_id)s ORDER BY number

-- set_outcome --
-- What became of one try.
UPDATE attempt SET state = %(state)s, reason = %(reason)s, permanent = %(permanent)s,
                   provider_ref = coalesce(%(provider_ref)s, provider_ref), leased_until = NULL,
                   due_at = clock_timestamp() + %(receipt_within)s::interval,
                   updated_at = clock_timestamp()
 WHERE id = %(attempt_id)s

-- stop_waiting --
-- Its overdue receipt was dealt with once; it may still come.
UPDATE attempt SET due_at = NULL WHERE id = %(attempt_id)s

-- set_state --
-- No row comes back when nothing changed.
UPDATE notification SET state = %(state)s WHERE id = %(notification_id)s AND state <> %(state)s RETURNING id

-- owe_answer --
-- A text back to a caregiver, composed already; it leaves although somebody has the incident.
WITH owed AS (
    INSERT INTO notification (id, division_id, incident_id, step, person, destination, text, severity, state, answers,
                              created_at, expires_at, dedup_key)
    SELECT %(id)s, i.division_id, i.id, '{"target": "answer"}', %(person)s, %(destination)s, %(text)s, i.severity,
           'owed', true, clock_timestamp(), clock_timestamp() + %(expires_in)s::interval, %(dedup_key)s
      FROM incident i WHERE i.id = %(incident_id)s
        ON CONFLICT (dedup_key) DO NOTHING
    RETURNING id
)
SELECT pg_notify('outbox', '') FROM owed

-- waiting --
-- Is there anything to do now, and if not, in how many seconds: one statement, because it runs all night for nothing.
SELECT EXISTS (SELECT 1 FROM inbound_text WHERE settled_at IS NULL)
       OR EXISTS (SELECT 1 FROM notification WHERE state IN ('owed', 'sending'))
       OR EXISTS (SELECT 1 FROM attempt WHERE state = 'accepted' AND due_at <= clock_timestamp())
       OR EXISTS (SELECT 1 FROM attempt WHERE state = 'submitting' AND leased_until <= clock_timestamp()) AS now,
       (SELECT extract(epoch FROM min(due) - clock_timestamp())::double precision
          FROM (SELECT CASE state WHEN 'submitting' THEN leased_until ELSE due_at END AS due
                  FROM attempt WHERE state IN ('queued', 'submitting', 'accepted')) AS times
         WHERE due > clock_timestamp()) AS next_due_s
