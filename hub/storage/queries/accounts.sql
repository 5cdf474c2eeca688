-- create_user --
-- No row when there is no such division.
INSERT INTO user_account (id, division_id, login, name, role, phone, password_hash)
SELECT %(id)s, d.id, %(login)s, %(name)s, %(role)s, %(phone)s, %(password_hash)s
  FROM division d WHERE d.id = %(division_id)s
RETURNING id, login, name, role, division_id, phone, disabled_at, created_at, NULL AS last_log_in_at

-- list_users --
-- The newest first.
SELECT id, login, name, role, division_id, phone, disabled_at, created_at,
       (SELECT max(l.at) FROM access_log l
         WHERE l.entity_type = 'session' AND l.entity_id = user_account.id::text AND l.action = 'log_in') AS last_log_in_at
  FROM user_account
 WHERE in_scope(division_id, %(scope)s) AND (%(before)s::uuid IS NULL OR id < %(before)s)
 ORDER BY id DESC LIMIT %(limit)s

-- change_user --
-- A column that is not named in the JSON keeps its value.
UPDATE user_account
   SET (name, role, phone, password_hash)
     = (SELECT n.name, n.role, n.phone, n.password_hash FROM jsonb_populate_record(user_account, %(given)s) AS n),
       disabled_at = CASE WHEN %(disabled)s::boolean IS NULL THEN disabled_at
                          WHEN %(disabled)s THEN coalesce(disabled_at, clock_timestamp()) END
 WHERE id = %(id)s AND in_scope(division_id, %(scope)s)
RETURNING id, login, name, role, division_id, phone, disabled_at, created_at,
       (SELECT max(l.at) FROM access_log l
         WHERE l.entity_type = 'session' AND l.entity_id = user_account.id::text AND l.action = 'log_in') AS last_log_in_at

-- end_sessions --
-- Wherever the person is logged in.
DELETE FROM user_session WHERE user_id = %(user_id)s

-- find_by_login --
-- For the command line.
SELECT id, login, name, role, division_id, phone, disabled_at, created_at,
       (SELECT max(l.at) FROM access_log l
         WHERE l.entity_type = 'session' AND l.entity_id = user_account.id::text AND l.action = 'log_in') AS last_log_in_at
  FROM user_account WHERE login = %(login)s

-- list_operators --
-- Who may hold an incident, by name.
SELECT id, name FROM user_account
 WHERE role = ANY(%(roles)s) AND disabled_at IS NULL AND in_scope(division_id, %(scope)s)
 ORDER BY name, id

-- find_operator --
-- Somebody to hand an incident to.
SELECT name, division_id FROM user_account WHERE id = %(id)s AND role = ANY(%(roles)s) AND disabled_at IS NULL

-- create_api_key --
-- Only the hash is kept: the key is random, no slow hash is needed.
INSERT INTO api_key (id, division_id, role, name, key_sha256)
SELECT %(id)s, d.id, %(role)s, %(name)s, %(key_sha256)s FROM division d WHERE d.id = %(division_id)s

-- list_api_keys --
-- The newest first.
SELECT id, name, role, division_id, created_at, revoked_at FROM api_key
 WHERE in_scope(division_id, %(scope)s) AND (%(before)s::uuid IS NULL OR id < %(before)s)
 ORDER BY id DESC LIMIT %(limit)s

-- revoke_api_key --
-- Revoking twice keeps the first time.
UPDATE api_key SET revoked_at = coalesce(revoked_at, clock_timestamp())
 WHERE id = %(id)s AND in_scope(division_id, %(scope)s)

-- find_api_key --
-- At each request: what was revoked holds at once.
SELECT id, name, role, division_id FROM api_key WHERE key_sha256 = %(key_sha256)s AND revoked_at IS NULL
