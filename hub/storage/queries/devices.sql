-- create --
-- No row when there is no such division.
INSERT INTO device (id, division_id, owner_division_id, kind, model, serial, phone, gateway_id, secret_sha256)
SELECT %(id)s, d.id, d.id, %(kind)s, %(model)s, %(serial)s, %(phone)s, %(gateway_id)s, %(secret_sha256)s
  FROM division d WHERE d.id = %(division_id)s

-- find --
-- One device, its wearer of this moment, and what it last said.
SELECT v.id, v.kind, v.model, v.serial, v.phone, v.division_id, v.gateway_id,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       a.from_at AS assigned_from, v.revoked_at, v.created_at,
       s.online, s.last_seen_at, s.firmware, s.battery_pct, s.charging, s.worn, s.signal_dbm,
       CASE WHEN t.device_id IS NOT NULL
            THEN jsonb_build_object('at', t.tested_at, 'stored_at', t.stored_at, 'how', t.how) END AS last_test,
       test_due_at(v, a.from_at, t.tested_at) AS test_due_at,
       coalesce(test_due_at(v, a.from_at, t.tested_at) < clock_timestamp(), false) AS test_overdue
  FROM device v
  LEFT JOIN assignment a ON a.device_id = v.id AND a.from_at <= clock_timestamp()
                        AND (a.until_at IS NULL OR a.until_at > clock_timestamp())
  LEFT JOIN recipient r ON r.id = a.recipient_id
  LEFT JOIN device_state s ON s.device_id = v.id
  LEFT JOIN device_test t ON t.device_id = v.id
 WHERE v.id = %(id)s AND in_scope(v.division_id, %(scope)s)

-- list_in_scope --
-- The newest first: identities sort by time.
SELECT v.id, v.kind, v.model, v.serial, v.phone, v.division_id, v.gateway_id,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       a.from_at AS assigned_from, v.revoked_at, v.created_at,
       s.online, s.last_seen_at, s.firmware, s.battery_pct, s.charging, s.worn, s.signal_dbm,
       CASE WHEN t.device_id IS NOT NULL
            THEN jsonb_build_object('at', t.tested_at, 'stored_at', t.stored_at, 'how', t.how) END AS last_test,
       test_due_at(v, a.from_at, t.tested_at) AS test_due_at,
       coalesce(test_due_at(v, a.from_at, t.tested_at) < clock_timestamp(), false) AS test_overdue
  FROM device v
  LEFT JOIN assignment a ON a.device_id = v.id AND a.from_at <= clock_timestamp()
                        AND (a.until_at IS NULL OR a.until_at > clock_timestamp())
  LEFT JOIN recipient r ON r.id = a.recipient_id
  LEFT JOIN device_state s ON s.device_id = v.id
  LEFT JOIN device_test t ON t.device_id = v.id
 WHERE in_scope(v.division_id, %(scope)s)
   AND (%(search)s::text IS NULL
        OR strpos(lower(concat_ws(' ', v.id::text, v.serial, v.model, v.phone)), lower(%(search)s)) > 0)
   AND (%(recipient_id)s::uuid IS NULL OR r.id = %(recipient_id)s)
   AND (%(before)s::uuid IS NULL OR v.id < %(before)s)
 ORDER BY v.id DESC LIMIT %(limit)s

-- set_columns --
-- A column that is not named in the JSON keeps its value.
UPDATE device
   SET (model, serial, phone, gateway_id)
     = (SELECT n.model, n.serial, n.phone, n.gateway_id FROM jsonb_populate_record(device, %(given)s) AS n),
       updated_at = clock_timestamp()
 WHERE id = %(id)s AND in_scope(division_id, %(scope)s)

-- revoke --
-- Revoking twice keeps the first time.
UPDATE device SET revoked_at = coalesce(revoked_at, clock_timestamp()), updated_at = clock_timestamp()
 WHERE id = %(id)s AND in_scope(division_id, %(scope)s)

-- notify_registry --
-- Heard at commit.
SELECT pg_notify('registry', %(id)s::text)
