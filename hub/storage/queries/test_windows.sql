-- close_open --
-- One window a device: what is open is over now.
UPDATE test_window SET until_at = clock_timestamp(), ended_by = %(actor)s
 WHERE device_id = %(device_id)s AND until_at > clock_timestamp()
RETURNING id, device_id, from_at AS "from", until_at AS "until", reason, opened_by, ended_by

-- open --
-- By the database's clock, from now on; no row when there is no such device in scope.
INSERT INTO test_window (id, division_id, device_id, from_at, until_at, reason, opened_by)
SELECT %(id)s, v.division_id, v.id, t.now, t.now + %(lasts)s, %(reason)s, %(actor)s
  FROM device v, (SELECT clock_timestamp() AS now) AS t
 WHERE v.id = %(device_id)s AND in_scope(v.division_id, %(scope)s)
RETURNING id, device_id, from_at AS "from", until_at AS "until", reason, opened_by, ended_by

-- current --
-- The one that is open now.
SELECT w.id, w.device_id, w.from_at AS "from", w.until_at AS "until", w.reason, w.opened_by, w.ended_by
  FROM test_window w JOIN device v ON v.id = w.device_id
 WHERE w.device_id = %(device_id)s AND w.until_at > clock_timestamp() AND in_scope(v.division_id, %(scope)s)

-- open_between --
-- The windows in which presses of these devices may have come.
SELECT device_id, from_at, until_at FROM test_window
 WHERE device_id = ANY(%(device_ids)s) AND until_at > %(first_at)s AND from_at <= %(last_at)s

-- note_test --
-- The last test that came the whole way; an older one that arrives late is no news.
INSERT INTO device_test AS t (device_id, division_id, tested_at, stored_at, how)
SELECT id, division_id, %(tested_at)s, %(stored_at)s, %(how)s FROM device WHERE id = %(device_id)s
    ON CONFLICT (device_id) DO UPDATE
   SET division_id = excluded.division_id, tested_at = excluded.tested_at, stored_at = excluded.stored_at, how = excluded.how
 WHERE t.tested_at <= excluded.tested_at

-- note_confirmed --
-- The devices whose presses made this incident were tested by them.
INSERT INTO device_test AS t (device_id, division_id, tested_at, stored_at, how)
SELECT v.id, v.division_id, max(a.occurred_at), max(i.opened_at), 'window'
  FROM alert a JOIN incident i ON i.id = a.incident_id JOIN device v ON v.id = a.device_id
 WHERE i.id = %(incident_id)s GROUP BY v.id
    ON CONFLICT (device_id) DO UPDATE
   SET division_id = excluded.division_id, tested_at = excluded.tested_at, stored_at = excluded.stored_at, how = excluded.how
 WHERE t.tested_at <= excluded.tested_at
