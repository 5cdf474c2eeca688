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

-- adoptable --
-- What an incident may be escalated by: the scope's own, the default one, and any whose place covers the incident's.
SELECT name, division_id, applies_when AS "when", steps, repeat, then_every_s, ack_timeout_s, version, updated_at
  FROM escalation_policy
 WHERE name = %(name)s
   AND (name = %(default)s OR in_scope(division_id, %(scope)s)
        OR starts_with(%(division_id)s, division_prefix(division_id)))

-- running_on_another --
-- Incidents that are not closed and opened with this policy when it said something else; writing a policy again without
-- a change concerns nobody.
SELECT i.id, i.code, i.kind, i.severity, i.state, i.opened_at,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       coalesce((i.policy->>'version')::integer, 0) AS policy_version
  FROM incident i LEFT JOIN recipient r ON r.id = i.recipient_id
 WHERE i.state <> 'closed' AND in_scope(i.division_id, %(scope)s)
   AND i.policy->>'name' = %(name)s AND (i.policy - 'name' - 'version') <> %(rungs)s
 ORDER BY i.opened_at, i.id

-- delete --
-- Incidents that are open keep the policy they opened with.
DELETE FROM escalation_policy WHERE name = %(name)s AND in_scope(division_id, %(scope)s)
