-- by_id --
-- The stream's and every single answer's incident, the same columns as in the list.
SELECT i.id, i.code, i.kind, i.severity, i.state,
       jsonb_build_object('type', i.subject_type, 'id', i.subject_id) AS subject,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       i.division_id,
       concat_ws(' ', (SELECT string_agg(p.name, '' ORDER BY p.id) FROM division p
                        WHERE p.id IN (left(i.division_id, 9) || '000', i.division_id)
                          AND (p.level IN ('township', 'village') OR r.id IS NULL)),
                 r.group_name, r.address) AS place,
       i.explanation, i.caller_phone, i.opened_at, i.last_alert_at, i.acknowledged_at, i.acknowledged_by,
       i.contacted_at, i.responding_at, i.responder_name, i.arrived_at, i.test_pending_until, i.closed_at, i.disposition,
       i.outcome, i.cause, i.duplicate_of, i.sounding,
       t.due_at, t.purpose AS due_kind, alerts.press_count, i.version, alerts.alerts,
       (SELECT jsonb_build_object('id', g.id, 'cause', g.cause, 'key', g.key, 'place', gd.name, 'members', g.members,
                                  'began_at', g.began_at, 'last_at', g.last_at)
          FROM incident_group_member gm JOIN incident_group g ON g.id = gm.group_id
          LEFT JOIN division gd ON gd.id = g.key WHERE gm.incident_id = i.id) AS "group"
  FROM incident i
  LEFT JOIN recipient r ON r.id = i.recipient_id
  LEFT JOIN timer t ON t.owner_type = 'incident' AND t.owner_id = i.id
 CROSS JOIN LATERAL (
       SELECT count(*) AS press_count,
              coalesce(jsonb_agg(jsonb_build_object(
                  'id', a.id, 'kind', a.kind, 'severity', a.severity, 'state', a.state, 'device_id', a.device_id,
                  'event_id', a.event_id, 'occurred_at', a.occurred_at, 'received_at', a.received_at,
                  'test', a.test, 'late', a.late, 'quality', e.quality,
                  'device_occurred_at', e.device_occurred_at) ORDER BY a.received_at, a.id), '[]') AS alerts
         FROM alert a LEFT JOIN device_event e ON e.id = a.device_event_id WHERE a.incident_id = i.id) AS alerts
 WHERE i.id = ANY(%(ids)s) AND in_scope(i.division_id, %(scope)s)

-- list_in_scope --
-- The newest first; the page is cut before alerts are gathered.
SELECT i.id, i.code, i.kind, i.severity, i.state,
       jsonb_build_object('type', i.subject_type, 'id', i.subject_id) AS subject,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       i.division_id,
       concat_ws(' ', (SELECT string_agg(p.name, '' ORDER BY p.id) FROM division p
                        WHERE p.id IN (left(i.division_id, 9) || '000', i.division_id)
                          AND (p.level IN ('township', 'village') OR r.id IS NULL)),
                 r.group_name, r.address) AS place,
       i.explanation, i.caller_phone, i.opened_at, i.last_alert_at, i.acknowledged_at, i.acknowledged_by,
       i.contacted_at, i.responding_at, i.responder_name, i.arrived_at, i.test_pending_until, i.closed_at, i.disposition,
       i.outcome, i.cause, i.duplicate_of, i.sounding,
       t.due_at, t.purpose AS due_kind, alerts.press_count, i.version, alerts.alerts,
       (SELECT jsonb_build_object('id', g.id, 'cause', g.cause, 'key', g.key, 'place', gd.name, 'members', g.members,
                                  'began_at', g.began_at, 'last_at', g.last_at)
          FROM incident_group_member gm JOIN incident_group g ON g.id = gm.group_id
          LEFT JOIN division gd ON gd.id = g.key WHERE gm.incident_id = i.id) AS "group"
  FROM (SELECT * FROM incident x
         WHERE in_scope(x.division_id, %(scope)s)
           AND (cardinality(%(states)s::text[]) = 0 OR x.state = ANY(%(states)s))
           AND (cardinality(%(kinds)s::text[]) = 0 OR x.kind = ANY(%(kinds)s))
           AND (%(recipient_id)s::uuid IS NULL OR x.recipient_id = %(recipient_id)s)
           AND (%(before_at)s::timestamptz IS NULL OR (x.opened_at, x.id) < (%(before_at)s, %(before_id)s::uuid))
         ORDER BY x.opened_at DESC, x.id DESC LIMIT %(limit)s) AS i
  LEFT JOIN recipient r ON r.id = i.recipient_id
  LEFT JOIN timer t ON t.owner_type = 'incident' AND t.owner_id = i.id
 CROSS JOIN LATERAL (
       SELECT count(*) AS press_count,
              coalesce(jsonb_agg(jsonb_build_object(
                  'id', a.id, 'kind', a.kind, 'severity', a.severity, 'state', a.state, 'device_id', a.device_id,
                  'event_id', a.event_id, 'occurred_at', a.occurred_at, 'received_at', a.received_at,
                  'test', a.test, 'late', a.late, 'quality', e.quality,
                  'device_occurred_at', e.device_occurred_at) ORDER BY a.received_at, a.id), '[]') AS alerts
         FROM alert a LEFT JOIN device_event e ON e.id = a.device_event_id WHERE a.incident_id = i.id) AS alerts
 ORDER BY i.opened_at DESC, i.id DESC

-- needs --
-- What the order of need looks at, of all that are not closed: the order is the core's, and so is where a page is cut.
SELECT i.id::text, i.state, i.severity, i.opened_at, t.due_at
  FROM incident i LEFT JOIN timer t ON t.owner_type = 'incident' AND t.owner_id = i.id
 WHERE i.state <> 'closed' AND in_scope(i.division_id, %(scope)s)
   AND (cardinality(%(states)s::text[]) = 0 OR i.state = ANY(%(states)s))
   AND (cardinality(%(kinds)s::text[]) = 0 OR i.kind = ANY(%(kinds)s))
   AND (%(recipient_id)s::uuid IS NULL OR i.recipient_id = %(recipient_id)s)

-- beside --
-- What the open incident shows beside itself: its log - with the steps of its script that were done and the calls that
-- came about it, which are on record beside it -, the devices of the person (or the device itself), its policy.
SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'at', l.at, 'code', l.code, 'params', l.params,
                                                     'actor', l.actor) ORDER BY l.at, l.id), '[]')
          FROM (SELECT x.id, x.at, x.code, x.params, x.actor FROM incident_log x WHERE x.incident_id = i.id
                UNION ALL
                SELECT c.id, c.at, CASE WHEN c.done THEN 'script_step_done' ELSE 'script_step_undone' END,
                       (SELECT jsonb_build_object('step', c.step, 'text', s -> 'text')
                          FROM incident_script f, jsonb_array_elements(f.steps) AS s
                         WHERE f.incident_id = c.incident_id AND s ->> 'id' = c.step), c.actor
                  FROM script_step_done c WHERE c.incident_id = i.id
                UNION ALL
                SELECT c.id, c.registered_at, 'call_taken',
                       jsonb_build_object('who', c.caller ->> 'name', 'number', c.number, 'purpose', c.purpose),
                       c.registered_by
                  FROM incoming_call c WHERE c.incident_id = i.id) AS l) AS log,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'kind', v.kind, 'model', v.model, 'phone', v.phone,
                                                     'online', s.online, 'last_seen_at', s.last_seen_at,
                                                     'battery_pct', s.battery_pct,
                                                     'charging', s.charging, 'worn', s.worn,
                                                     'signal_dbm', s.signal_dbm) ORDER BY v.id), '[]')
          FROM device v LEFT JOIN device_state s ON s.device_id = v.id
         WHERE v.id IN (SELECT a.device_id FROM assignment a
                         WHERE a.recipient_id = i.recipient_id AND a.from_at <= clock_timestamp()
                           AND (a.until_at IS NULL OR a.until_at > clock_timestamp())
                        UNION SELECT a.device_id FROM alert a WHERE a.incident_id = i.id)) AS devices,
       i.policy
  FROM incident i WHERE i.id = %(id)s
