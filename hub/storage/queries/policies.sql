-- lock_name --
-- Two people who write the same policy wait for each other.
SELECT division_id FROM escalation_policy WHERE name = %(name)s FOR UPDATE

-- put --
-- No row when there is no such division.
INSERT INTO escalation_policy AS p
       (id, division_id, name, applies_when, steps, repeat, then_every_s, ack_timeout_s)
SELECT %(id)s, d.id, %(name)s, %(when)s, %(steps)s, %(repeat)s, %(then_every_s)s, %(ack_timeout_s)s
  FROM division d WHERE d.id = %(division_id)s
    ON CONFLICT (name) DO UPDATE
   SET division_id = excluded.division_id, applies_when = excluded.applies_when, steps = excluded.steps,
       repeat = excluded.repeat, then_every_s = excluded.then_every_s, ack_timeout_s = excluded.ack_timeout_s,
       version = p.version + 1, updated_at = clock_timestamp()
RETURNING p.name, p.division_id, p.applies_when AS "when", p.steps, p.repeat, p.then_every_s, p.ack_timeout_s, p.version,
          p.updated_at

-- visible --
-- The scope's own, and the default one.
SELECT name, division_id, applies_when AS "when", steps, repeat, then_every_s, ack_timeout_s, version, updated_at
  FROM escalation_policy
 WHERE (name = %(default)s OR in_scope(division_id, %(scope)s)) AND (%(name)s::text IS NULL OR name = %(name)s)
 ORDER BY name <> %(default)s, name

-- delete --
-- Incidents that are open keep the policy they opened with.
DELETE FROM escalation_policy WHERE name = %(name)s AND in_scope(division_id, %(scope)s)
