-- timeline --
-- Each branch is cut to the page by its own index before they are merged.
SELECT at, type, id, kind, state, details FROM (
    (SELECT i.opened_at AS at, 'incident' AS type, i.id, i.kind, i.state,
            jsonb_build_object('severity', i.severity, 'code', i.code, 'disposition', i.disposition,
                               'closed_at', i.closed_at, 'explanation', i.explanation) AS details
       FROM incident i
      WHERE i.recipient_id = %(recipient_id)s AND in_scope(i.division_id, %(scope)s)
        AND (%(before_at)s::timestamptz IS NULL OR (i.opened_at, i.id) < (%(before_at)s, %(before_id)s::uuid))
      ORDER BY i.opened_at DESC, i.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT e.occurred_at, 'device_event', e.id, e.event, NULL,
            jsonb_build_object('device_id', e.device_id, 'event_id', e.event_id, 'test', e.test, 'quality', e.quality,
                               'historical', e.historical, 'received_at', e.received_at,
                               'device_occurred_at', e.device_occurred_at, 'component', e.component,
                               'evidence', e.evidence)
       FROM device_event e
      WHERE e.recipient_id = %(recipient_id)s AND in_scope(e.division_id, %(scope)s)
        AND (%(before_at)s::timestamptz IS NULL OR (e.occurred_at, e.id) < (%(before_at)s, %(before_id)s::uuid))
      ORDER BY e.occurred_at DESC, e.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT f.opened_at, 'follow_up', f.id, f.kind, f.state,
            jsonb_build_object('explanation', f.explanation, 'occurrences', f.occurrences,
                               'disposition', f.disposition)
       FROM follow_up f
      WHERE f.recipient_id = %(recipient_id)s AND in_scope(f.division_id, %(scope)s)
        AND (%(before_at)s::timestamptz IS NULL OR (f.opened_at, f.id) < (%(before_at)s, %(before_id)s::uuid))
      ORDER BY f.opened_at DESC, f.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT m.opened_at, 'maintenance', m.id, m.kind, m.state,
            jsonb_build_object('device_id', m.device_id, 'explanation', m.explanation, 'occurrences', m.occurrences)
       FROM maintenance_item m
      WHERE m.recipient_id = %(recipient_id)s AND in_scope(m.division_id, %(scope)s)
        AND (%(before_at)s::timestamptz IS NULL OR (m.opened_at, m.id) < (%(before_at)s, %(before_id)s::uuid))
      ORDER BY m.opened_at DESC, m.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT a.from_at, 'assignment', a.id, v.kind, CASE WHEN a.until_at <= clock_timestamp() THEN 'ended' ELSE 'current' END,
            jsonb_build_object('device_id', a.device_id, 'until', a.until_at)
       FROM assignment a JOIN device v ON v.id = a.device_id
      WHERE a.recipient_id = %(recipient_id)s AND in_scope(a.division_id, %(scope)s)
        AND (%(before_at)s::timestamptz IS NULL OR (a.from_at, a.id) < (%(before_at)s, %(before_id)s::uuid))
      ORDER BY a.from_at DESC, a.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT o.from_at, 'mode', o.id, o.mode, NULL, jsonb_build_object('until', o.until_at, 'set_by', o.set_by, 'ended_by', o.ended_by,
                                                             'ended_at', o.ended_at, 'ended_why', o.ended_why)
       FROM recipient_mode o
      WHERE o.recipient_id = %(recipient_id)s AND in_scope(o.division_id, %(scope)s)
        AND (%(before_at)s::timestamptz IS NULL OR (o.from_at, o.id) < (%(before_at)s, %(before_id)s::uuid))
      ORDER BY o.from_at DESC, o.id DESC LIMIT %(limit)s)
) AS entries
 ORDER BY at DESC, id DESC LIMIT %(limit)s
