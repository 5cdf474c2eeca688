-- beat --
-- One row a process; rows of processes that ended are swept by whoever beats.
WITH swept AS (
    DELETE FROM process_heartbeat
     WHERE seen_at < clock_timestamp() - interval '1 hour' AND (role, holder) <> (%(role)s, %(holder)s)
)
INSERT INTO process_heartbeat AS beat (role, holder, ready, reason, figures)
VALUES (%(role)s, %(holder)s, %(ready)s, %(reason)s, %(figures)s)
    ON CONFLICT (role, holder)
    DO UPDATE SET ready = excluded.ready, reason = excluded.reason, figures = excluded.figures,
                  seen_at = clock_timestamp()

-- freshest --
-- The best process of a role that spoke lately: a ready one before a waiting standby.
SELECT ready, reason FROM process_heartbeat
 WHERE role = %(role)s AND seen_at > clock_timestamp() - make_interval(secs => %(within_s)s)
 ORDER BY ready DESC, seen_at DESC LIMIT 1

-- alive_on_host --
-- A process is called after its host and its number there.
SELECT 1 FROM process_heartbeat
 WHERE role = %(role)s AND regexp_replace(holder, '-[0-9]+$', '') = %(host)s
   AND seen_at > clock_timestamp() - make_interval(secs => %(within_s)s)

-- told_by_processes --
-- One process a role, the one readiness believes: a standby counts nothing, and two would repeat the same names.
SELECT figures FROM (
    SELECT DISTINCT ON (role) figures FROM process_heartbeat
     WHERE seen_at > clock_timestamp() - make_interval(secs => %(within_s)s)
     ORDER BY role, ready DESC, seen_at DESC
) AS freshest

-- roles_ready --
-- A role of which nobody speaks is 0, not absent: an alarm on an absent number is easily forgotten.
SELECT role, coalesce((SELECT bool_or(b.ready) FROM process_heartbeat b
                        WHERE b.role = roles.role
                          AND b.seen_at > clock_timestamp() - make_interval(secs => %(within_s)s)), false)::int
  FROM (VALUES ('ingest'), ('duty')) AS roles(role)
