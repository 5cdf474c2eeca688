-- begin --
-- One picture of everything: what was counted and what is there were committed together.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- take_time --
-- A month of a county's readings takes longer than any statement of the hub may; nobody waits for this one.
SET LOCAL statement_timeout = 0

-- present --
-- When this is, and which roles have spoken lately.
SELECT clock_timestamp(),
       coalesce((SELECT array_agg(DISTINCT role) FROM process_heartbeat
                  WHERE ready AND seen_at > clock_timestamp() - make_interval(secs => %(within_s)s)), '{}')

-- intake --
-- What ingest counted, by hour of receipt.
SELECT hour, sum(messages)::bigint, sum(refused)::bigint, sum(strangers)::bigint, sum(flag_messages)::bigint,
       sum(flag_edges)::bigint, sum(telemetry_read)::bigint, sum(telemetry_unreadable)::bigint, sum(statuses)::bigint,
       sum(readings_decoded)::bigint, sum(readings_stored)::bigint, sum(readings_repeated)::bigint,
       sum(events_stored)::bigint, sum(events_repeated)::bigint, sum(events_unreadable)::bigint,
       sum(unreadable_repeated)::bigint, sum(set_aside)::bigint, sum(quarantined)::bigint,
       sum(readings_late)::bigint
  FROM intake_tally WHERE hour >= %(from)s AND hour < %(until)s GROUP BY hour

-- first_hour --
-- Before it nothing was counted.
SELECT min(hour) FROM intake_tally

-- readings --
-- The readings that are there, by hour of receipt; a device's clock may be a little ahead.
SELECT date_trunc('hour', received_at, 'UTC'), count(*)
  FROM reading
 WHERE received_at >= %(from)s AND received_at < %(until)s AND measured_at < %(until)s::timestamptz + interval '1 day'
 GROUP BY 1

-- doubled_readings --
-- Exactly the same, twice. Where PostgreSQL itself keeps the readings its unique key forbids it, and only whether that
-- key is there needs to be asked; TimescaleDB's packed weeks are looked through.
SELECT device_id::text, count(*)::bigint
  FROM (SELECT device_id FROM reading
         WHERE NOT EXISTS (SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                            WHERE i.indrelid = 'reading'::regclass AND c.relkind = 'p' AND i.indisunique AND i.indisvalid)
           AND received_at >= %(from)s AND received_at < %(until)s AND measured_at < %(until)s::timestamptz + interval '1 day'
         GROUP BY device_id, measured_at, identity HAVING count(*) > 1) AS doubled
 GROUP BY 1

-- events --
-- The device events that are there.
SELECT date_trunc('hour', received_at, 'UTC'), count(*)
  FROM device_event WHERE received_at >= %(from)s AND received_at < %(until)s GROUP BY 1

-- quarantined --
-- The messages that were kept as they came, and those that were only counted any more.
SELECT hour, sum(messages)::bigint FROM quarantine_by_hour WHERE hour >= %(from)s AND hour < %(until)s GROUP BY 1

-- alerts --
-- The alerts that are there; those that people raised themselves have another way.
SELECT date_trunc('hour', received_at, 'UTC'), kind, count(*)
  FROM alert
 WHERE received_at >= %(from)s AND received_at < %(until)s AND kind NOT IN ('phone_report', 'hub_probe') GROUP BY 1, 2

-- alerts_found --
-- The alerts that the core decided and ingest carried out.
SELECT hour, kind, sum(found)::bigint
  FROM finding_tally
 WHERE hour >= %(from)s AND hour < %(until)s AND finding IN ('raise_alert', 'hold_alert') GROUP BY 1, 2

-- judged --
-- Events of one sort with the kinds of alerts that they have; `doubled` is a kind that one event has twice.
SELECT event, test, historical, kinds, doubled, count(*), (array_agg(id::text ORDER BY id))[1:5]
  FROM (SELECT e.id, e.event, e.test, e.historical,
               coalesce(array_agg(a.kind ORDER BY a.kind) FILTER (WHERE a.number = 1), '{}') AS kinds,
               coalesce(bool_or(a.number > 1), false) AS doubled
          FROM device_event e
          LEFT JOIN LATERAL (SELECT kind, row_number() OVER (PARTITION BY kind) AS number
                               FROM alert WHERE device_event_id = e.id) AS a ON true
         WHERE e.received_at >= %(from)s AND e.received_at < %(until)s
         GROUP BY e.id, e.event, e.test, e.historical) AS one
 GROUP BY event, test, historical, kinds, doubled

-- identities --
-- Events that say who they are by an id, or by boot and number; how long the ledger remembers is the caller's to know.
SELECT id, device_id, event_id, boot_id, seq
  FROM device_event
 WHERE received_at >= %(from)s AND received_at < %(until)s
   AND (event_id IS NOT NULL OR boot_id IS NOT NULL AND seq IS NOT NULL)

-- missing_identities --
-- Those of these that the ledger does not know.
SELECT asked.event_id::text
  FROM unnest(%(events)s::uuid[], %(devices)s::uuid[], %(identities)s::bytea[]) AS asked(event_id, device_id, identity)
 WHERE NOT EXISTS (SELECT 1 FROM event_identity i WHERE i.device_id = asked.device_id AND i.identity = asked.identity)

-- orphan_identities --
-- An identity stands for an event, or for a message that could not be read and is kept, or was only counted.
SELECT i.device_event_id::text
  FROM event_identity i
 WHERE i.seen_at >= %(from)s AND i.seen_at < %(until)s
   AND NOT EXISTS (SELECT 1 FROM device_event e WHERE e.id = i.device_event_id)
   AND NOT EXISTS (SELECT 1 FROM quarantined_message q
                    WHERE q.device_id = i.device_id AND sha256(q.payload) = i.payload_sha256)
   AND NOT EXISTS (SELECT 1 FROM quarantine_summary s WHERE s.owner_id = i.device_id AND s.messages > s.kept)

-- doubled_events --
-- The same event of a device stored twice within the time in which its id means the same.
SELECT e.id::text
  FROM device_event e
 WHERE e.received_at >= %(from)s AND e.received_at < %(until)s AND e.event_id IS NOT NULL
   AND EXISTS (SELECT 1 FROM device_event other
                WHERE other.device_id = e.device_id AND other.event_id = e.event_id AND other.id <> e.id
                  AND other.event = e.event
                  AND other.received_at BETWEEN e.received_at - %(reused_after)s::interval AND e.received_at)

-- unowned --
-- Not closed, and no deadline: nobody would ever look at it again.
SELECT i.id::text FROM incident i
 WHERE i.state <> 'closed'
   AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.owner_type = 'incident' AND t.owner_id = i.id)

-- without_alert --
-- Every incident began with one.
SELECT i.id::text FROM incident i
 WHERE (i.state <> 'closed' OR i.opened_at >= %(from)s AND i.opened_at < %(until)s)
   AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.incident_id = i.id)

-- doubled_incidents --
-- More than one that is not closed of the same subject and kind.
SELECT (array_agg(id::text ORDER BY opened_at))[1] FROM incident WHERE state <> 'closed'
 GROUP BY subject_type, subject_id, kind HAVING count(*) > 1

-- not_closed --
-- How many there are to look at.
SELECT count(*) FROM incident WHERE state <> 'closed'

-- lost_suspicions --
-- A suspicion that waits has its deadline.
SELECT a.id::text FROM alert a
 WHERE a.state = 'pending' AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.owner_type = 'alert' AND t.owner_id = a.id)

-- stray_deadlines --
-- A deadline of something that waits for nothing: closed, cleared, or not there.
SELECT t.owner_id::text FROM timer t
 WHERE NOT EXISTS (SELECT 1 FROM incident i
                    WHERE t.owner_type = 'incident' AND i.id = t.owner_id AND i.state <> 'closed')
   AND NOT EXISTS (SELECT 1 FROM alert a WHERE t.owner_type = 'alert' AND a.id = t.owner_id AND a.state = 'pending')
   AND NOT EXISTS (SELECT 1 FROM shelf s WHERE t.owner_type = 'shelf' AND s.id = t.owner_id AND s.ended_at IS NULL)

-- overdue --
-- Deadlines that nobody has passed in time; `failing` ones were tried.
SELECT owner_id::text, failures > 0 FROM timer
 WHERE due_at < clock_timestamp() - %(margin)s::interval OR failures > 0

-- deadlines --
-- How many there are to look at.
SELECT count(*) FROM timer

-- alert_ends --
-- Where the period's alerts went: an incident, or cleared while they waited.
SELECT CASE WHEN incident_id IS NOT NULL THEN 'in_incident' WHEN state = 'cleared' THEN 'cleared_before'
            WHEN state = 'pending' THEN 'waiting' WHEN state = 'shelved' THEN 'shelved' ELSE 'nowhere' END, count(*), (array_agg(id::text ORDER BY id))[1:5]
  FROM alert WHERE received_at >= %(from)s AND received_at < %(until)s GROUP BY 1

-- ladders --
-- Incidents of the period and all that are not closed, with how far their ladder is and what it says it did.
SELECT i.id::text, i.state, i.ladder, i.policy,
       coalesce((SELECT jsonb_agg(jsonb_build_array(l.code, l.params -> 'step', l.params -> 'round', l.at)
                                  ORDER BY l.at, l.id)
                   FROM incident_log l WHERE l.incident_id = i.id), '[]'),
       coalesce((SELECT jsonb_agg(jsonb_build_array(n.step -> 'step', n.step -> 'round', n.created_at))
                   FROM notification n WHERE n.incident_id = i.id AND NOT n.answers), '[]')
  FROM incident i
 WHERE i.state <> 'closed' OR i.opened_at >= %(from)s AND i.opened_at < %(until)s

-- texts --
-- Notifications of the period and all that are not settled, with what their tries add up to.
SELECT n.id::text, n.state, n.created_at, i.state = 'open' OR n.answers,
       coalesce(array_agg(a.state ORDER BY a.number) FILTER (WHERE a.id IS NOT NULL), '{}'),
       coalesce(max(a.number), 0),
       coalesce(bool_or(a.state = 'submitting' AND a.leased_until < clock_timestamp() - %(margin)s::interval), false)
  FROM notification n JOIN incident i ON i.id = n.incident_id LEFT JOIN attempt a ON a.notification_id = n.id
 WHERE n.state IN ('owed', 'sending') OR n.created_at >= %(from)s AND n.created_at < %(until)s
 GROUP BY n.id, i.state

-- unplaced --
-- What was committed has its position.
SELECT id::text FROM stream_event WHERE position IS NULL

-- stream_gaps --
-- Numbers that nobody has, between the first and the last.
SELECT coalesce(max(position) - min(position) + 1 - count(*), 0)::bigint, count(*)::bigint FROM stream_event

-- unseen_changes --
-- Every change of an incident was shown; what is older than the stream is kept is left out.
SELECT i.id::text
  FROM incident i
 WHERE i.opened_at > greatest(%(from)s::timestamptz, %(kept_since)s::timestamptz)
   AND i.version > (SELECT count(*) FROM stream_event s WHERE s.kind = 'incident' AND s.entity_id = i.id)

-- acknowledged --
-- What the owner says it has acknowledged, and what was counted under its epoch.
SELECT beat.holder, o.epoch,
       (SELECT sum((figure ->> 'value')::numeric)::bigint FROM jsonb_array_elements(beat.figures) AS figure
         WHERE figure ->> 'name' = 'ingest_messages_stored'),
       (SELECT coalesce(sum(messages - refused), 0)::bigint FROM intake_tally t WHERE t.epoch = o.epoch)
  FROM owner_epoch o JOIN process_heartbeat beat ON beat.role = o.role AND beat.holder = o.holder
 WHERE beat.seen_at > clock_timestamp() - make_interval(secs => %(within_s)s)

-- states --
-- Saved states with what the registry says of their subject's settings now; as many as asked, whichever they are.
SELECT s.subject_type, s.subject_id::text, s.state, coalesce(r.monitoring, '{}')
  FROM monitoring_state s LEFT JOIN recipient r ON s.subject_type = 'recipient' AND r.id = s.subject_id
 ORDER BY md5(s.subject_id::text || %(lot)s) LIMIT %(limit)s

-- state_readings --
-- What these devices measured of a subject; by device and time, as the unique key lies. Of several that were given the
-- one moment of their receipt, because their clock was wrong, the device's own times say which came last.
SELECT g.device_id::text, d.kind, g.measured_at, g.received_at, g.historical, g.heart_rate_bpm, g.spo2_pct,
       g.respiration_rate_bpm, g.steps, g.activity, g.posture, g.in_bed, g.body_movement, g.worn, g.charging,
       g.battery_pct
  FROM reading g LEFT JOIN device d ON d.id = g.device_id
 WHERE g.device_id IN (SELECT unnest(%(devices)s::uuid[])
                        UNION SELECT device_id FROM assignment WHERE recipient_id = %(recipient_id)s::uuid)
   AND g.recipient_id IS NOT DISTINCT FROM %(recipient_id)s::uuid
   AND g.measured_at >= %(since)s
 ORDER BY g.received_at, g.measured_at, g.device_measured_at, g.identity

-- state_events --
-- What these devices claimed of a subject.
SELECT e.device_id::text, d.kind, e.event, e.occurred_at, e.received_at, e.historical, e.test
  FROM device_event e LEFT JOIN device d ON d.id = e.device_id
 WHERE e.device_id IN (SELECT unnest(%(devices)s::uuid[])
                        UNION SELECT device_id FROM assignment WHERE recipient_id = %(recipient_id)s::uuid)
   AND e.recipient_id IS NOT DISTINCT FROM %(recipient_id)s::uuid
   AND e.occurred_at >= %(since)s
 ORDER BY e.received_at, e.id

-- stateless --
-- People whose devices have measured something of them, and of whom nothing is remembered.
SELECT DISTINCT a.recipient_id::text
  FROM assignment a JOIN device_state d ON d.device_id = a.device_id JOIN recipient r ON r.id = a.recipient_id
 WHERE d.measured_at >= a.from_at AND a.until_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM monitoring_state s
                    WHERE s.subject_type = 'recipient' AND s.subject_id = a.recipient_id)

-- from_before_commands --
-- Incidents that were opened before commands were kept.
SELECT i.id FROM incident i, schema_migration m
 WHERE m.number = 14 AND i.opened_at < m.applied_at
   AND NOT EXISTS (SELECT 1 FROM incident_command c WHERE c.incident_id = i.id)
