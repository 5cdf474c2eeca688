-- visible --
-- The last version of each: of the scope, and of the places above it, whose scripts hold there too.
SELECT s.id, s.division_id, d.name AS division_name, s.kind, s.severity, s.category, v.version,
       coalesce(v.steps, '[]') AS steps, v.note, v.written_at, v.written_by
  FROM script s JOIN division d ON d.id = s.division_id
 CROSS JOIN LATERAL (SELECT * FROM script_version x WHERE x.script_id = s.id ORDER BY x.version DESC LIMIT 1) AS v
 WHERE (in_scope(s.division_id, %(scope)s)
        OR EXISTS (SELECT 1 FROM unnest(%(scope)s::text[]) AS prefix
                    WHERE starts_with(prefix, division_prefix(s.division_id))))
   AND (%(kind)s::text IS NULL OR s.kind = %(kind)s)
   AND (%(id)s::uuid IS NULL OR s.id = %(id)s)
 ORDER BY s.kind, s.division_id, s.severity NULLS FIRST, s.category NULLS FIRST, s.id

-- create --
-- One for each case of a place; no row when there is no such division. Locked, so that versions count from one to one.
INSERT INTO script (id, division_id, kind, severity, category)
SELECT %(id)s, d.id, %(kind)s, %(severity)s, %(category)s FROM division d WHERE d.id = %(division_id)s
    ON CONFLICT (division_id, kind, coalesce(severity, ''), coalesce(category, ''))
    DO UPDATE SET kind = excluded.kind
RETURNING id

-- lock_one --
-- For a new version; who may write it is in whose scope it is.
SELECT division_id FROM script WHERE id = %(id)s AND in_scope(division_id, %(scope)s) FOR UPDATE

-- last_version --
-- Once it is locked: what the next version follows.
SELECT version, steps IS NULL AS withdrawn FROM script_version
 WHERE script_id = %(id)s ORDER BY version DESC LIMIT 1

-- steps_of --
-- What a version said; no row when there is none, or when it withdrew the script.
SELECT steps FROM script_version WHERE script_id = %(id)s AND version = %(version)s AND steps IS NOT NULL

-- add_version --
-- Never changed afterwards.
INSERT INTO script_version (script_id, version, division_id, steps, note, restored_from, written_by)
SELECT id, %(version)s, division_id, %(steps)s, %(note)s, %(restored_from)s, %(written_by)s
  FROM script WHERE id = %(id)s

-- versions --
-- All that a script ever said, the last first.
SELECT v.version, coalesce(v.steps, '[]') AS steps, v.note, v.restored_from, v.written_at, v.written_by
  FROM script_version v WHERE v.script_id = %(id)s ORDER BY v.version DESC

-- of_recipient --
-- What is different for a person now.
SELECT r.id AS recipient_id, coalesce(v.version, 0) AS version, coalesce(v.additions, '[]') AS additions,
       v.written_at, v.written_by
  FROM recipient r
  LEFT JOIN LATERAL (SELECT * FROM recipient_script x WHERE x.recipient_id = r.id
                      ORDER BY x.version DESC LIMIT 1) AS v ON true
 WHERE r.id = %(recipient_id)s AND in_scope(r.division_id, %(scope)s)

-- lock_recipient --
-- Versions of a person are written one after the other; the file itself stays free.
SELECT division_id FROM recipient
 WHERE id = %(recipient_id)s AND in_scope(division_id, %(scope)s) FOR NO KEY UPDATE

-- add_recipient_version --
-- Never changed afterwards.
INSERT INTO recipient_script (recipient_id, version, division_id, additions, written_by)
VALUES (%(recipient_id)s, %(version)s, %(division_id)s, %(additions)s, %(written_by)s)

-- case_of --
-- What decides which script an incident is shown.
SELECT i.id AS incident_id, i.state, i.division_id, i.kind, i.severity, coalesce(r.categories, '{}') AS categories,
       i.recipient_id
  FROM incident i LEFT JOIN recipient r ON r.id = i.recipient_id
 WHERE i.id = %(incident_id)s AND in_scope(i.division_id, %(scope)s)

-- freeze --
-- Whoever is shown it first; a second one at the same moment is shown the same.
INSERT INTO incident_script (incident_id, division_id, origin, recipient_version, steps, frozen_at, frozen_by)
VALUES (%(incident_id)s, %(division_id)s, %(origin)s, %(recipient_version)s, %(steps)s, clock_timestamp(), %(by)s)
    ON CONFLICT (incident_id) DO NOTHING

-- frozen --
-- As it was shown first, each step with its last check.
SELECT f.incident_id, f.origin, f.frozen_at, f.steps,
       (SELECT coalesce(jsonb_object_agg(c.step, jsonb_build_object('done', c.done, 'at', c.at, 'by', c.actor)), '{}')
          FROM (SELECT DISTINCT ON (step) step, done, at, actor FROM script_step_done
                 WHERE incident_id = f.incident_id ORDER BY step, at DESC, id DESC) AS c) AS checks
  FROM incident_script f WHERE f.incident_id = %(incident_id)s

-- lock_frozen --
-- Two who check at once are told apart: the second sees what the first did.
SELECT 1 FROM incident_script WHERE incident_id = %(incident_id)s FOR UPDATE

-- check_step --
-- Who and when; the last one counts.
INSERT INTO script_step_done (id, incident_id, division_id, step, done, at, actor)
VALUES (%(id)s, %(incident_id)s, %(division_id)s, %(step)s, %(done)s, clock_timestamp(), %(actor)s)
