-- list_in_scope --
-- The newest first, and between them what was only counted, at its last moment; only beginnings leave the database.
SELECT q.id, q.division_id, d.name AS place, q.device_id, v.kind AS device_kind, v.model AS device_model,
       v.serial AS device_serial, q.topic, q.reason, q.payload_bytes, q.beginning, q.received_at, q.incident_id,
       q.messages, q.first_received_at
  FROM (
    (SELECT id, division_id, device_id, topic, reason, payload_bytes,
            substring(payload FROM 1 FOR %(preview_bytes)s) AS beginning,
            received_at, incident_id, 1::bigint AS messages, received_at AS first_received_at
       FROM quarantined_message
      WHERE in_scope(division_id, %(scope)s)
        AND (%(device_id)s::uuid IS NULL OR device_id = %(device_id)s)
        AND (%(reason)s::text IS NULL OR reason ->> 'code' = %(reason)s)
        AND (%(search)s::text IS NULL OR strpos(lower(topic), lower(%(search)s)) > 0
             OR device_id IN (SELECT devices_found(%(words)s::text[])))
        AND (%(before_at)s::timestamptz IS NULL OR (received_at, id) < (%(before_at)s, %(before_id)s::uuid))
      ORDER BY received_at DESC, id DESC LIMIT %(limit)s)
     UNION ALL
    (SELECT id, division_id, device_id, topic, reason, payload_bytes, substring(sample FROM 1 FOR %(preview_bytes)s),
            last_at, NULL, messages - kept, first_at
       FROM quarantine_summary
      WHERE messages > kept AND in_scope(division_id, %(scope)s)
        AND (%(device_id)s::uuid IS NULL OR device_id = %(device_id)s)
        AND (%(reason)s::text IS NULL OR reason ->> 'code' = %(reason)s)
        AND (%(search)s::text IS NULL OR strpos(lower(topic), lower(%(search)s)) > 0
             OR device_id IN (SELECT devices_found(%(words)s::text[])))
        AND (%(before_at)s::timestamptz IS NULL OR (last_at, id) < (%(before_at)s, %(before_id)s::uuid))
      ORDER BY last_at DESC, id DESC LIMIT %(limit)s)
  ) AS q
  LEFT JOIN division d ON d.id = q.division_id
  LEFT JOIN device v ON v.id = q.device_id
 ORDER BY q.received_at DESC, q.id DESC LIMIT %(limit)s

-- by_device --
-- Of the last 7 days; every message counts, those that were kept and those that were only counted.
SELECT s.device_id, v.kind AS device_kind, v.model AS device_model, v.serial AS device_serial, s.division_id,
       d.name AS place, (array_agg(s.reason ORDER BY s.last_at DESC))[1] AS reason,
       (array_agg(s.topic ORDER BY s.last_at DESC))[1] AS topic,
       sum(s.messages)::bigint AS messages, min(s.first_at) AS first_at, max(s.last_at) AS last_at
  FROM quarantine_summary s
  LEFT JOIN division d ON d.id = s.division_id
  LEFT JOIN device v ON v.id = s.device_id
 WHERE s.day > (clock_timestamp() AT TIME ZONE 'UTC')::date - 7 AND in_scope(s.division_id, %(scope)s)
 GROUP BY s.owner_id, s.reason_code, s.device_id, v.kind, v.model, v.serial, s.division_id, d.name
 ORDER BY messages DESC, last_at DESC LIMIT %(limit)s

-- payload --
-- The message as it was kept; of what was only counted the sample.
SELECT division_id, payload FROM quarantined_message WHERE id = %(id)s AND in_scope(division_id, %(scope)s)
 UNION ALL
SELECT division_id, sample FROM quarantine_summary WHERE id = %(id)s AND in_scope(division_id, %(scope)s)
 LIMIT 1
