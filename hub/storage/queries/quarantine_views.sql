-- list_in_scope --
-- The newest first; only the beginning of each message leaves the database.
SELECT id, division_id, device_id, topic, reason, payload_bytes, substring(payload FROM 1 FOR %(preview_bytes)s) AS beginning,
       received_at, incident_id
  FROM quarantined_message
 WHERE in_scope(division_id, %(scope)s)
   AND (%(device_id)s::uuid IS NULL OR device_id = %(device_id)s)
   AND (%(before_at)s::timestamptz IS NULL OR (received_at, id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY received_at DESC, id DESC LIMIT %(limit)s
