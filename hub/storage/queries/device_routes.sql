-- note --
-- Only those that came by another way than before.
UPDATE device_state SET source = heard.source
  FROM unnest(%(device_ids)s::uuid[], %(sources)s::text[]) AS heard(device_id, source)
 WHERE device_state.device_id = heard.device_id AND device_state.source IS DISTINCT FROM heard.source

-- waiting --
-- The oldest first; what nobody has, and what devices behind these brokers are owed.
SELECT m.id, m.device_id, m.leaf, m.payload, s.source
  FROM down_message m JOIN device_state s ON s.device_id = m.device_id
 WHERE m.delivered_at IS NULL AND m.expires_at > now() AND s.source = ANY(%(sources)s) AND m.id <> ALL(%(in_flight)s)
 ORDER BY m.created_at, m.id LIMIT %(limit)s
