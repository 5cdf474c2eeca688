-- accounts --
-- Whose account has a number, for roles of which no roster says anything.
SELECT role, trim(phone) AS phone, 1000 + length(division_prefix(division_id)) AS distance
  FROM user_account
 WHERE role IN ('operator', 'supervisor') AND trim(phone) <> '' AND disabled_at IS NULL
   AND in_scope(division_id, %(scope)s)
