-- of_incident --
-- In the order in which they became due; an incident has dozens at the most.
SELECT n.id, n.incident_id, n.person ->> 'name' AS person_name, n.person ->> 'type' AS person_type,
       CASE WHEN length(n.destination) > 7
            THEN left(n.destination, 3) || repeat('*', length(n.destination) - 7) || right(n.destination, 4)
            ELSE repeat('*', length(n.destination)) END AS destination_masked,
       (SELECT split_part(a.channel, ':', 1) FROM attempt a WHERE a.notification_id = n.id
         ORDER BY a.number DESC LIMIT 1) AS channel,
       n.state, n.step, n.created_at,
       coalesce(n.text, (SELECT l.text FROM notification l WHERE l.id = n.bundled_with)) AS text, n.bundled_with,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'number', a.number, 'channel', a.channel, 'state', a.state,
                                                     'at', a.updated_at, 'reason', a.reason,
                                                     'repeats_unknown', a.repeats_unknown) ORDER BY a.number), '[]')
          FROM attempt a WHERE a.notification_id = n.id) AS attempts
  FROM notification n
 WHERE n.incident_id = %(incident_id)s
 ORDER BY n.created_at, n.id

-- list_in_scope --
-- The newest first. Numbers are masked: a list is no telephone book.
SELECT n.id, n.incident_id, n.person ->> 'name' AS person_name, n.person ->> 'type' AS person_type,
       CASE WHEN length(n.destination) > 7
            THEN left(n.destination, 3) || repeat('*', length(n.destination) - 7) || right(n.destination, 4)
            ELSE repeat('*', length(n.destination)) END AS destination_masked,
       (SELECT split_part(a.channel, ':', 1) FROM attempt a WHERE a.notification_id = n.id
         ORDER BY a.number DESC LIMIT 1) AS channel,
       n.state, n.step, n.created_at,
       coalesce(n.text, (SELECT l.text FROM notification l WHERE l.id = n.bundled_with)) AS text, n.bundled_with,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'number', a.number, 'channel', a.channel, 'state', a.state,
                                                     'at', a.updated_at, 'reason', a.reason,
                                                     'repeats_unknown', a.repeats_unknown) ORDER BY a.number), '[]')
          FROM attempt a WHERE a.notification_id = n.id) AS attempts
  FROM notification n
 WHERE in_scope(n.division_id, %(scope)s)
   AND (%(incident_id)s::uuid IS NULL OR n.incident_id = %(incident_id)s)
   AND (%(before_at)s::timestamptz IS NULL OR (n.created_at, n.id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY n.created_at DESC, n.id DESC LIMIT %(limit)s
