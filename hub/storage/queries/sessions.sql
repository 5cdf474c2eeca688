-- find_account --
-- A disabled account is as good as none.
SELECT id, password_hash FROM user_account WHERE login = %(login)s AND disabled_at IS NULL

-- find_account_of --
-- Somebody who is known signs for something: their log-in counts the failures.
SELECT login, password_hash FROM user_account WHERE id = %(user_id)s AND disabled_at IS NULL

-- open --
-- Ended sessions of the same person are swept on the way.
WITH swept AS (
    DELETE FROM user_session WHERE user_id = %(user_id)s AND expires_at < clock_timestamp()
)
INSERT INTO user_session (id_sha256, user_id, division_id, expires_at)
SELECT %(id_sha256)s, u.id, u.division_id, clock_timestamp()
       + make_interval(secs => CASE u.role WHEN 'wall' THEN %(absolute_wall_s)s ELSE %(absolute_s)s END)
  FROM user_account u WHERE u.id = %(user_id)s

-- identify --
-- At each request: what was ended or disabled holds at once. `stale` asks for a touch, once a minute at the most.
-- Whoever got another role meanwhile has no session that lasts as long as the wall's.
SELECT u.id, u.name, u.role, u.division_id, s.last_seen_at < clock_timestamp() - interval '1 minute'
  FROM user_session s JOIN user_account u ON u.id = s.user_id
 WHERE s.id_sha256 = %(id_sha256)s AND u.disabled_at IS NULL AND s.expires_at > clock_timestamp()
   AND (u.role = 'wall' OR s.created_at > clock_timestamp() - make_interval(secs => %(absolute_s)s))
   AND s.last_seen_at > clock_timestamp()
       - make_interval(secs => CASE u.role WHEN 'wall' THEN %(idle_wall_s)s ELSE %(idle_s)s END)

-- touch --
-- They are here.
UPDATE user_session SET last_seen_at = clock_timestamp() WHERE id_sha256 = %(id_sha256)s

-- end --
-- Log out.
DELETE FROM user_session WHERE id_sha256 = %(id_sha256)s

-- locked_until --
-- The later one of the login's and the address's.
SELECT locked_until FROM login_failure
 WHERE key_sha256 = ANY(%(keys)s) AND locked_until > clock_timestamp() ORDER BY locked_until DESC LIMIT 1

-- count_failure --
-- A count that nobody added to for an hour starts anew; beyond the free ones each failure doubles the wait. Counts
-- of a day ago are swept by whoever fails next.
WITH swept AS (
    DELETE FROM login_failure WHERE last_failed_at < clock_timestamp() - interval '1 day' AND key_sha256 <> %(key)s
)
INSERT INTO login_failure AS f (key_sha256, failures, last_failed_at)
VALUES (%(key)s, 1, clock_timestamp())
    ON CONFLICT (key_sha256) DO UPDATE
   SET failures = CASE WHEN f.last_failed_at < clock_timestamp() - interval '1 hour' THEN 1 ELSE f.failures + 1 END,
       last_failed_at = clock_timestamp(),
       locked_until = CASE
           WHEN f.last_failed_at < clock_timestamp() - interval '1 hour' OR f.failures + 1 < %(free)s THEN NULL
           ELSE clock_timestamp() + make_interval(secs => least(
                %(longest_s)s, %(first_s)s * power(2, least(f.failures + 1 - %(free)s, 20)))) END

-- forget_failures --
-- The right password.
DELETE FROM login_failure WHERE key_sha256 = %(key)s
