-- list_in_scope --
-- In the order in which they are rung.
SELECT id, division_id, role, name, phone, from_at AS "from", until_at AS "until" FROM roster_entry
 WHERE in_scope(division_id, %(scope)s)
   AND (%(division_id)s::text IS NULL OR division_id = %(division_id)s)
   AND (%(role)s::text IS NULL OR role = %(role)s)
 ORDER BY division_id, role, created_at, id

-- lock_division --
-- Two people who write the same roster wait for each other.
SELECT id FROM division WHERE id = %(division_id)s FOR NO KEY UPDATE

-- clear --
-- The new roster takes the place of the whole old one.
DELETE FROM roster_entry WHERE division_id = %(division_id)s AND role = %(role)s

-- add --
-- The creation time keeps the order.
INSERT INTO roster_entry (id, division_id, role, name, phone, from_at, until_at, created_at)
VALUES (%(id)s, %(division_id)s, %(role)s, %(name)s, %(phone)s, %(from)s, %(until)s, clock_timestamp())
