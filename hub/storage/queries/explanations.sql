-- alerts --
-- An incident's alerts with the events they came from, in the order in which they came.
SELECT a.id, a.kind, a.severity, a.state, a.device_id, d.kind AS device_kind, e.event, e.event_id, a.occurred_at,
       e.device_occurred_at, e.quality, a.received_at, a.cleared_at, a.late, a.test, a.explanation
  FROM alert a
  LEFT JOIN device_event e ON e.id = a.device_event_id
  LEFT JOIN device d ON d.id = a.device_id
 WHERE a.incident_id = %(incident_id)s
 ORDER BY a.received_at, a.id

-- qualities --
-- Where the times of readings come from that a rule went by: by device and time, as many as there are.
SELECT DISTINCT ON (asked.device_id, asked.at) asked.device_id, asked.at, r.quality
  FROM unnest(%(devices)s::uuid[], %(times)s::timestamptz[]) AS asked (device_id, at)
  JOIN reading r ON r.device_id = asked.device_id AND r.measured_at = asked.at

-- texts --
-- What was owed because of an incident, each try and each receipt; numbers are masked.
SELECT n.id, n.person ->> 'name' AS person_name, n.person ->> 'type' AS person_type,
       CASE WHEN length(n.destination) > 7
            THEN left(n.destination, 3) || repeat('*', length(n.destination) - 7) || right(n.destination, 4)
            ELSE repeat('*', length(n.destination)) END AS destination_masked,
       n.state, n.step, n.created_at, n.text,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'number', a.number, 'channel', split_part(a.channel, ':', 1), 'state', a.state,
                   'submitted_at', a.submitted_at, 'at', a.updated_at, 'reason', a.reason,
                   'repeats_unknown', a.repeats_unknown,
                   'receipts', (SELECT coalesce(jsonb_agg(jsonb_build_object('state', r.state, 'reason', r.reason,
                                                                             'received_at', r.received_at)
                                                          ORDER BY r.received_at, r.id), '[]')
                                  FROM receipt r WHERE r.attempt_id = a.id)) ORDER BY a.number), '[]')
          FROM attempt a WHERE a.notification_id = n.id) AS attempts
  FROM notification n
 WHERE n.incident_id = %(incident_id)s
 ORDER BY n.created_at, n.id

-- by_code --
-- The newest incident with the code that people say on the telephone; codes come round again.
SELECT id FROM incident WHERE code = %(code)s ORDER BY opened_at DESC LIMIT 1

-- device_kinds --
-- What sort of device each is.
SELECT id, kind FROM device WHERE id = ANY(%(ids)s)
