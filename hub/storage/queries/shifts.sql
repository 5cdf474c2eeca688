-- held_by_operators --
-- What people with a log-in hold, by who and where.
SELECT id, division_id, acknowledged_by ->> 'id' AS account_id, acknowledged_by ->> 'name' AS name, acknowledged_at
  FROM incident WHERE state = 'acknowledged' AND acknowledged_by ->> 'type' = 'operator'
 ORDER BY division_id, id

-- held_by --
-- All that one caller holds within their scope.
SELECT id, division_id FROM incident
 WHERE state = 'acknowledged' AND acknowledged_by ->> 'type' = %(type)s AND acknowledged_by ->> 'id' = %(id)s
   AND in_scope(division_id, %(scope)s)
 ORDER BY id

-- open_below --
-- What a desk of this scope sounds for, by place.
SELECT division_id, array_agg(id) FROM incident WHERE state = 'open' AND in_scope(division_id, %(scope)s)
 GROUP BY division_id

-- accounts --
-- Who may hold an incident of a place: a roster may name them by their number alone, or by their name.
SELECT id::text, name, phone FROM user_account
 WHERE role = ANY(%(roles)s) AND disabled_at IS NULL AND starts_with(%(division_id)s, division_prefix(division_id))

-- find_holder --
-- Somebody to hand over to, by log-in or id.
SELECT id FROM user_account
 WHERE (login = %(account)s OR id::text = %(account)s) AND role = ANY(%(roles)s) AND disabled_at IS NULL
