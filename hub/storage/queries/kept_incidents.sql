-- read --
-- Everything a replay is compared with, in one statement and so of one moment; `purpose` and `due_at` are its timer's.
SELECT i.*, t.purpose, t.due_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(c.n, c.at, c.rules_version, c.command) ORDER BY c.n), '[]')
          FROM incident_command c WHERE c.incident_id = i.id) AS commands,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(l.at, l.code, l.params, l.actor) ORDER BY l.at, l.id), '[]')
          FROM incident_log l WHERE l.incident_id = i.id) AS log,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(a.id, a.explanation) ORDER BY a.received_at, a.id), '[]')
          FROM alert a WHERE a.incident_id = i.id) AS alerts
  FROM incident i
  LEFT JOIN timer t ON t.owner_type = 'incident' AND t.owner_id = i.id
 WHERE i.id > %(after)s
   AND (%(ids)s::uuid[] IS NULL OR i.id = ANY(%(ids)s))
   AND (%(since)s::timestamptz IS NULL OR i.state <> 'closed'
        OR EXISTS (SELECT 1 FROM incident_log l WHERE l.incident_id = i.id AND l.at >= %(since)s))
 ORDER BY i.id LIMIT %(limit)s
