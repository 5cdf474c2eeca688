-- lock --
-- Where the flags of these devices stand; nobody else moves them meanwhile.
SELECT device_id, level, state FROM device_level WHERE device_id = ANY(%(device_ids)s) ORDER BY device_id, level FOR UPDATE

-- save --
-- Only those that moved.
INSERT INTO device_level (device_id, level, state, changed_at)
SELECT device_id, level, state, %(now)s
  FROM unnest(%(device_ids)s::uuid[], %(levels)s::text[], %(states)s::text[]) AS moved(device_id, level, state)
    ON CONFLICT (device_id, level) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at

-- incident_is_closed --
-- Whether the incident that the flag's last edge raised has been closed; false where it raised none.
SELECT coalesce(i.state = 'closed', false)
  FROM device_event e
  LEFT JOIN alert a ON a.device_event_id = e.id
  LEFT JOIN incident i ON i.id = a.incident_id
 WHERE e.device_id = %(device_id)s AND e.component LIKE %(component)s
 ORDER BY e.stored_at DESC, e.id DESC LIMIT 1
