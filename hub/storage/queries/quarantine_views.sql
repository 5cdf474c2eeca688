-- list_in_scope --
-- The newest first, and between them what was only counted, at its last moment; only beginnings leave the database.
(SELECT id, division_id, device_id, topic, reason, payload_bytes, substring(payload FROM 1 FOR %(preview_bytes)s) AS beginning,
        received_at, incident_id, 1::bigint AS messages, received_at AS first_received_at
   FROM quarantined_message
  WHERE in_scope(division_id, %(scope)s)
    AND (%(device_id)s::uuid IS NULL OR device_id = %(device_id)s)
    AND (%(before_at)s::timestamptz IS NULL OR (received_at, id) < (%(before_at)s, %(before_id)s::uuid))
  ORDER BY received_at DESC, id DESC LIMIT %(limit)s)
 UNION ALL
(SELECT id, division_id, device_id, topic, reason, payload_bytes, substring(sample FROM 1 FOR %(preview_bytes)s),
        last_at, NULL, messages - kept, first_at
   FROM quarantine_summary
  WHERE messages > kept AND in_scope(division_id, %(scope)s)
    AND (%(device_id)s::uuid IS NULL OR device_id = %(device_id)s)
    AND (%(before_at)s::timestamptz IS NULL OR (last_at, id) < (%(before_at)s, %(before_id)s::uuid))
  ORDER BY last_at DESC, id DESC LIMIT %(limit)s)
  ORDER BY received_at DESC, id DESC LIMIT %(limit)s
