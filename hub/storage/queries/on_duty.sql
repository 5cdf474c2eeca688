-- coming_days --
-- Everybody who may be on duty before the database is seen again; who of them is told is decided at that moment.
SELECT role, trim(phone) AS phone, length(division_prefix(division_id)) AS distance, from_at, until_at
  FROM roster_entry
 WHERE role IN ('operator', 'supervisor', 'leader') AND trim(phone) <> '' AND in_scope(division_id, %(scope)s)
   AND (until_at IS NULL OR until_at > clock_timestamp())
   AND (from_at IS NULL OR from_at < clock_timestamp() + make_interval(secs => %(ahead_s)s))
UNION ALL
SELECT role, trim(phone), 1000 + length(division_prefix(division_id)), NULL, NULL
  FROM user_account
 WHERE role IN ('operator', 'supervisor') AND trim(phone) <> '' AND disabled_at IS NULL
   AND in_scope(division_id, %(scope)s)
 ORDER BY distance, role, phone
