-- users_of --
-- A message goes to the device itself and to the gateway it is behind.
SELECT id FROM device WHERE id = ANY(%(device_ids)s)
 UNION
SELECT gateway_id FROM device WHERE id = ANY(%(device_ids)s) AND gateway_id IS NOT NULL

-- share_out --
-- Before a message is sent to anybody, every lasting session it matches is noted: the first to acknowledge it must not
-- take it away from the others.
WITH waiting AS (
    SELECT m.id, m.device_id, m.leaf, d.gateway_id
      FROM down_message m JOIN device d ON d.id = m.device_id
     WHERE m.delivered_at IS NULL AND m.expires_at > now()
       AND (m.device_id = ANY(%(user_ids)s)
            OR m.device_id IN (SELECT child.id FROM device child WHERE child.gateway_id = ANY(%(user_ids)s)))
)
INSERT INTO mqtt_delivery (session_id, down_message_id)
SELECT s.id, w.id
  FROM waiting w JOIN mqtt_session s ON s.user_id IN (w.device_id, w.gateway_id)
 WHERE EXISTS (SELECT FROM mqtt_subscription f
                WHERE f.session_id = s.id
                  AND (f.device_id IS NULL OR f.device_id = w.device_id) AND (f.leaf IS NULL OR f.leaf = w.leaf))
   FOR KEY SHARE OF s
ON CONFLICT DO NOTHING

-- owed_to_lasting --
-- What these sessions have not got yet, the oldest first, as much as each has room for. A child that has moved to
-- another gateway since is not the old one's any more.
WITH in_flight AS (
    SELECT * FROM unnest(%(flight_keys)s::bigint[], %(flight_ids)s::uuid[]) AS f(key, message_id)
)
SELECT live.key, m.id, m.device_id, m.leaf, m.payload, m.expires_at
  FROM unnest(%(keys)s::bigint[], %(session_ids)s::uuid[], %(user_ids)s::uuid[], %(rooms)s::integer[])
       AS live(key, session_id, user_id, room)
 CROSS JOIN LATERAL (
       SELECT m.*
         FROM mqtt_delivery d JOIN down_message m ON m.id = d.down_message_id JOIN device ON device.id = m.device_id
        WHERE d.session_id = live.session_id AND m.expires_at > now()
          AND live.user_id IN (device.id, device.gateway_id)
          AND EXISTS (SELECT FROM mqtt_subscription f
                       WHERE f.session_id = live.session_id
                         AND (f.device_id IS NULL OR f.device_id = m.device_id) AND (f.leaf IS NULL OR f.leaf = m.leaf))
          AND NOT EXISTS (SELECT FROM in_flight f WHERE f.key = live.key AND f.message_id = m.id)
        ORDER BY m.created_at, m.id LIMIT live.room
  ) AS m
 ORDER BY live.key, m.created_at, m.id

-- owed_to_passing --
-- The same for sessions that end with their connection: whatever nobody has acknowledged yet.
WITH in_flight AS (
    SELECT * FROM unnest(%(flight_keys)s::bigint[], %(flight_ids)s::uuid[]) AS f(key, message_id)
), filter AS (
    SELECT * FROM unnest(%(filter_keys)s::bigint[], %(filter_devices)s::uuid[], %(filter_leaves)s::text[])
        AS f(key, device_id, leaf)
)
SELECT live.key, m.id, m.device_id, m.leaf, m.payload, m.expires_at
  FROM unnest(%(keys)s::bigint[], %(user_ids)s::uuid[], %(rooms)s::integer[]) AS live(key, user_id, room)
 CROSS JOIN LATERAL (
       SELECT m.*
         FROM down_message m
        WHERE m.delivered_at IS NULL AND m.expires_at > now()
          AND (m.device_id = live.user_id
               OR m.device_id IN (SELECT child.id FROM device child WHERE child.gateway_id = live.user_id))
          AND EXISTS (SELECT FROM filter f
                       WHERE f.key = live.key
                         AND (f.device_id IS NULL OR f.device_id = m.device_id) AND (f.leaf IS NULL OR f.leaf = m.leaf))
          AND NOT EXISTS (SELECT FROM in_flight f WHERE f.key = live.key AND f.message_id = m.id)
        ORDER BY m.created_at, m.id LIMIT live.room
  ) AS m
 ORDER BY live.key, m.created_at, m.id

-- note_sent --
-- Before the message goes out, so that it is repeated under the same packet identifier after a crash.
UPDATE mqtt_delivery d SET packet_id = sent.packet_id
  FROM unnest(%(session_ids)s::uuid[], %(message_ids)s::uuid[], %(packet_ids)s::integer[])
       AS sent(session_id, message_id, packet_id)
 WHERE d.session_id = sent.session_id AND d.down_message_id = sent.message_id

-- mark_delivered --
-- The first acknowledgement counts.
UPDATE down_message SET delivered_at = now() WHERE id = ANY(%(message_ids)s) AND delivered_at IS NULL

-- forget_deliveries --
-- These sessions have these messages.
DELETE FROM mqtt_delivery d
 USING unnest(%(session_ids)s::uuid[], %(message_ids)s::uuid[]) AS done(session_id, message_id)
 WHERE d.session_id = done.session_id AND d.down_message_id = done.message_id
