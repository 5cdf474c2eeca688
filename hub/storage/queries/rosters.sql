-- list_in_scope --
-- What is in force, in the order in which they are rung.
SELECT id, division_id, role, name, phone, from_at AS "from", until_at AS "until", account_id, shifts, rotation,
       gaps_intended
  FROM roster_entry
 WHERE replaced_at IS NULL AND in_scope(division_id, %(scope)s)
   AND (%(division_id)s::text IS NULL OR division_id = %(division_id)s)
   AND (%(role)s::text IS NULL OR role = %(role)s)
 ORDER BY division_id, role, created_at, place, id

-- lock_division --
-- Two people who write the same roster wait for each other.
SELECT id FROM division WHERE id = %(division_id)s FOR NO KEY UPDATE

-- replace --
-- The new roster takes the place of the whole old one, which is kept: who was on duty can be told afterwards.
UPDATE roster_entry SET replaced_at = %(now)s
 WHERE division_id = %(division_id)s AND role = %(role)s AND replaced_at IS NULL

-- add --
-- All of one writing have one creation time: until then the one before is in force.
INSERT INTO roster_entry (id, division_id, role, name, phone, from_at, until_at, created_at, place, account_id, shifts,
                          rotation, gaps_intended)
VALUES (%(id)s, %(division_id)s, %(role)s, %(name)s, %(phone)s, %(from)s, %(until)s, %(now)s, %(place)s, %(account_id)s,
        %(shifts)s, %(rotation)s, %(gaps_intended)s)

-- find_account --
-- By log-in or id: who is named on a roster must be in sight of whoever writes it.
SELECT id, name FROM user_account
 WHERE (login = %(account)s OR id::text = %(account)s) AND in_scope(division_id, %(scope)s)

-- say_changed --
-- Housekeeping looks at once for hours that nobody has.
SELECT pg_notify('roster', %(division_id)s)

-- list_overrides --
-- What was changed by hand and is not over yet, the earliest first.
SELECT id, division_id, role, kind, absent_name AS absent, present, from_at AS "from", until_at AS "until", swap_id,
       reason, created_at, created_by
  FROM roster_override
 WHERE withdrawn_at IS NULL AND until_at > %(now)s AND in_scope(division_id, %(scope)s)
   AND (%(division_id)s::text IS NULL OR division_id = %(division_id)s)
   AND (%(role)s::text IS NULL OR role = %(role)s)
 ORDER BY from_at, created_at, id

-- add_override --
-- In the order of their creation each goes by what those before have made.
INSERT INTO roster_override (id, division_id, role, kind, absent_key, absent_name, present, from_at, until_at, swap_id,
                             reason, created_at, created_by)
VALUES (%(id)s, %(division_id)s, %(role)s, %(kind)s, %(absent_key)s, %(absent_name)s, %(present)s, %(from)s, %(until)s,
        %(swap_id)s, %(reason)s, %(now)s, %(actor)s)

-- withdraw_override --
-- An exchange is withdrawn as a whole. What held until now is kept.
UPDATE roster_override o SET withdrawn_at = %(now)s, withdrawn_by = %(actor)s
  FROM roster_override named
 WHERE named.id = %(id)s AND named.withdrawn_at IS NULL AND in_scope(named.division_id, %(scope)s)
   AND o.withdrawn_at IS NULL AND (o.id = named.id OR o.swap_id = named.swap_id)
RETURNING o.division_id, o.role
