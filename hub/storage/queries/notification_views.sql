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
-- The newest first, with the incident each is about. Numbers are masked: a list is no telephone book.
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
          FROM attempt a WHERE a.notification_id = n.id) AS attempts,
       jsonb_build_object('id', i.id, 'code', i.code, 'kind', i.kind, 'severity', i.severity, 'state', i.state,
                          'recipient', CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END,
                          'place', d.name) AS incident
  FROM notification n
  JOIN incident i ON i.id = n.incident_id
  LEFT JOIN recipient r ON r.id = i.recipient_id
  LEFT JOIN division d ON d.id = i.division_id
 WHERE in_scope(n.division_id, %(scope)s)
   AND (%(incident_id)s::uuid IS NULL OR n.incident_id = %(incident_id)s)
   AND (cardinality(%(states)s::text[]) = 0 OR n.state = ANY(%(states)s))
   AND (%(words)s::text[] IS NULL
        OR r.id IN (SELECT recipients_found(%(words)s::text[]))
        OR cardinality(%(words)s::text[]) > 0
           AND NOT EXISTS (SELECT 1 FROM unnest(%(words)s::text[]) AS typed(word)
                            WHERE strpos(lower(n.person ->> 'name'), typed.word) = 0
                              AND NOT (typed.word ~ '^[0-9]{3,}$' AND starts_with(phone_key(n.destination), reverse(typed.word)))
                              AND typed.word <> i.code::text))
   AND (%(before_at)s::timestamptz IS NULL OR (n.created_at, n.id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY n.created_at DESC, n.id DESC LIMIT %(limit)s
