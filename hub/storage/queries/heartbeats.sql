-- beat --
-- One row a process; rows of processes that ended are swept by whoever beats.
WITH swept AS (
    DELETE FROM process_heartbeat
     WHERE seen_at < clock_timestamp() - interval '1 hour' AND (role, holder) <> (%(role)s, %(holder)s)
)
INSERT INTO process_heartbeat AS beat (role, holder, ready, reason)
VALUES (%(role)s, %(holder)s, %(ready)s, %(reason)s)
    ON CONFLICT (role, holder)
    DO UPDATE SET ready = excluded.ready, reason = excluded.reason, seen_at = clock_timestamp()

-- freshest --
-- The best process of a role that spoke lately: a ready one before a waiting standby.
SELECT ready, reason FROM process_heartbeat
 WHERE role = %(role)s AND seen_at > clock_timestamp() - make_interval(secs => %(within_s)s)
 ORDER BY ready DESC, seen_at DESC LIMIT 1
