-- lock_shared --
-- Held by each ingest transaction until it ends; the key is 'owner' as bytes.
SELECT pg_advisory_xact_lock_shared(x'6f776e6572'::bigint)

-- lock_exclusive --
-- Held by who takes over: waits for the transactions that are in flight.
SELECT pg_advisory_xact_lock(x'6f776e6572'::bigint)

-- current_epoch --
-- A statement of its own after the lock, so that it sees what was committed before the lock was granted.
SELECT epoch FROM owner_epoch WHERE role = %(role)s

-- end_dead_owner --
-- A lease that ran out is of a process that is stopped or cut off: its connections must not hold the lock.
SELECT pg_terminate_backend(activity.pid)
  FROM owner_epoch JOIN pg_stat_activity activity
    ON activity.application_name LIKE 'hub ingest%%' AND activity.pid <> pg_backend_pid()
   AND activity.client_addr IS NOT DISTINCT FROM owner_epoch.holder_addr
   AND starts_with(activity.application_name, 'hub ingest ' || owner_epoch.holder)
 WHERE role = %(role)s AND lease_until < clock_timestamp()

-- is_vacant --
-- Asked before the lock: whoever waits for it alone holds up every transaction of a living owner.
SELECT NOT EXISTS (
    SELECT 1 FROM owner_epoch o
      JOIN pg_stat_activity a ON a.pid = o.backend_pid AND a.backend_start = o.backend_start
     WHERE o.role = %(role)s AND o.lease_until >= clock_timestamp())

-- wait_briefly --
-- A dead owner's transaction may still hold the lock, and is ended only when its lease has run out: ask again then.
SET LOCAL lock_timeout = '500ms'

-- take_over --
-- Nobody owned it yet, its lease ran out, or the connection that stood for it is gone.
INSERT INTO owner_epoch AS o (role, epoch, holder, holder_addr, backend_pid, backend_start, lease_until)
SELECT %(role)s, 1, %(holder)s, me.client_addr, me.pid, me.backend_start,
       clock_timestamp() + make_interval(secs => %(lease_s)s)
  FROM pg_stat_activity me WHERE me.pid = pg_backend_pid()
    ON CONFLICT (role) DO UPDATE
   SET epoch = o.epoch + 1, holder = excluded.holder, holder_addr = excluded.holder_addr,
       backend_pid = excluded.backend_pid, backend_start = excluded.backend_start, lease_until = excluded.lease_until
 WHERE o.lease_until < clock_timestamp()
    OR NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid = o.backend_pid AND a.backend_start = o.backend_start)
RETURNING epoch

-- renew --
-- No row comes back when somebody else has taken over.
UPDATE owner_epoch SET lease_until = clock_timestamp() + make_interval(secs => %(lease_s)s)
 WHERE role = %(role)s AND epoch = %(epoch)s
RETURNING epoch

-- reclaim --
-- The database was away; if nobody took over meanwhile, the epoch goes on under a new connection.
UPDATE owner_epoch o
   SET backend_pid = me.pid, backend_start = me.backend_start,
       lease_until = clock_timestamp() + make_interval(secs => %(lease_s)s)
  FROM pg_stat_activity me
 WHERE me.pid = pg_backend_pid() AND o.role = %(role)s AND o.epoch = %(epoch)s
RETURNING o.epoch

-- release --
-- The next one need not wait.
UPDATE owner_epoch SET lease_until = '-infinity' WHERE role = %(role)s AND epoch = %(epoch)s
