-- lock --
-- One at a time groups; who finds it taken leaves it to the other. The key is the text 'groups' as bytes.
SELECT pg_try_advisory_xact_lock(x'67726f757073'::bigint)

-- loose --
-- Incidents of the last while that are in no group, with what they could have in common: from the first alert that a
-- device sent. Closed ones count, they came all the same; the hub's own probes do not.
SELECT i.id::text AS incident_id, i.kind, i.opened_at, left(i.division_id, 6) || '000000' AS county_id,
       CASE WHEN d.level = 'village' THEN i.division_id END AS village_id,
       CASE WHEN d.level IS DISTINCT FROM 'village' THEN i.division_id END AS division_id,
       CASE WHEN v.kind = 'gateway' THEN v.id::text ELSE v.gateway_id::text END AS gateway_id,
       s.source, v.model
  FROM incident i
  LEFT JOIN division d ON d.id = i.division_id
  LEFT JOIN LATERAL (SELECT a.device_id FROM alert a
                      WHERE a.incident_id = i.id AND a.device_id IS NOT NULL
                      ORDER BY a.received_at, a.id LIMIT 1) AS first ON true
  LEFT JOIN device v ON v.id = first.device_id
  LEFT JOIN device_state s ON s.device_id = v.id
 WHERE i.opened_at > clock_timestamp() - %(look_back)s AND i.kind <> 'hub_probe'
   AND NOT EXISTS (SELECT 1 FROM incident_group_member m WHERE m.incident_id = i.id)

-- standing --
-- Groups that may still grow; who is in them already does not matter for that.
SELECT g.id::text, g.cause, g.key, g.began_at, g.last_at
  FROM incident_group g WHERE g.last_at > clock_timestamp() - %(look_back)s

-- save --
-- A new group, or one that has grown by so many members; where it is never changes.
INSERT INTO incident_group (id, division_id, cause, key, began_at, last_at, members)
VALUES (%(id)s, %(division_id)s, %(cause)s, %(key)s, %(began_at)s, %(last_at)s, %(newcomers)s)
    ON CONFLICT (id) DO UPDATE SET began_at = excluded.began_at, last_at = excluded.last_at,
                                   members = incident_group.members + excluded.members

-- add_members --
-- Each that is new in the group is shown anew on the stream: it has a group now.
WITH added AS (
    INSERT INTO incident_group_member (incident_id, group_id, division_id)
    SELECT i.id, %(group_id)s, i.division_id FROM incident i WHERE i.id = ANY(%(incident_ids)s::uuid[])
        ON CONFLICT (incident_id) DO NOTHING
    RETURNING incident_id, division_id
)
INSERT INTO stream_event (id, kind, entity_id, division_id)
SELECT gen_random_uuid(), 'incident', incident_id, division_id FROM added ORDER BY incident_id

-- in_scope --
-- Groups of which somebody in scope still has to be looked at, the newest first; `id` given: that one, however it is.
SELECT g.id, g.cause, g.key, d.name AS place, g.began_at, g.last_at,
       jsonb_agg(jsonb_build_object(
           'id', i.id, 'code', i.code, 'kind', i.kind, 'severity', i.severity, 'state', i.state,
           'recipient', CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END,
           'opened_at', i.opened_at, 'acknowledged_by', i.acknowledged_by, 'due_at', t.due_at)) AS members
  FROM incident_group g
  JOIN incident_group_member m ON m.group_id = g.id
  JOIN incident i ON i.id = m.incident_id
  LEFT JOIN recipient r ON r.id = i.recipient_id
  LEFT JOIN timer t ON t.owner_type = 'incident' AND t.owner_id = i.id
  LEFT JOIN division d ON d.id = g.key
 WHERE in_scope(i.division_id, %(scope)s)
   AND (%(id)s::uuid IS NULL OR g.id = %(id)s)
   AND (%(before_at)s::timestamptz IS NULL OR (g.began_at, g.id) < (%(before_at)s, %(before_id)s::uuid))
 GROUP BY g.id, d.name
HAVING %(id)s::uuid IS NOT NULL OR bool_or(i.state <> 'closed')
 ORDER BY g.began_at DESC, g.id DESC LIMIT %(limit)s

-- lock_takeable --
-- The members that may be taken together, locked without waiting: who has one now is doing something with it.
SELECT i.id FROM incident i JOIN incident_group_member m ON m.incident_id = i.id
 WHERE m.group_id = %(group_id)s AND i.state = 'open' AND i.kind <> ALL(%(singly)s) AND in_scope(i.division_id, %(scope)s)
 ORDER BY i.id FOR UPDATE OF i SKIP LOCKED
