-- note_sender --
-- Who sent it.
UPDATE down_message SET sent_by = %(actor)s WHERE id = %(id)s

-- of_device --
-- The newest first. The device answers with an event that carries the command's own id.
SELECT (c.said ->> 'id')::uuid AS id, c.said ->> 'command' AS command, c.said ->> 'text' AS text,
       (c.said ->> 'interval_s')::integer AS interval_s, c.created_at AS sent_at, c.sent_by, c.expires_at, c.delivered_at,
       answer.received_at AS answered_at, answer.evidence AS result,
       CASE WHEN answer.received_at IS NOT NULL THEN 'answered' WHEN c.delivered_at IS NOT NULL THEN 'delivered'
            WHEN c.expires_at <= clock_timestamp() THEN 'expired' ELSE 'queued' END AS state
  FROM (SELECT m.created_at, m.sent_by, m.expires_at, m.delivered_at, convert_from(m.payload, 'UTF8')::jsonb AS said
          FROM down_message m JOIN device v ON v.id = m.device_id
         WHERE m.device_id = %(device_id)s AND m.leaf = 'command' AND in_scope(v.division_id, %(scope)s)
         ORDER BY m.created_at DESC, m.id DESC LIMIT %(limit)s) AS c
  LEFT JOIN LATERAL (
       SELECT e.received_at, e.evidence FROM device_event e
        WHERE e.device_id = %(device_id)s AND e.event = 'command_result' AND e.event_id = c.said ->> 'id'
        ORDER BY e.received_at LIMIT 1) AS answer ON true
 ORDER BY c.created_at DESC

