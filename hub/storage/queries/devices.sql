-- create --
-- No row when there is no such division.
INSERT INTO device (id, division_id, owner_division_id, kind, model, serial, phone, gateway_id, secret_sha256)
SELECT %(id)s, d.id, d.id, %(kind)s, %(model)s, %(serial)s, %(phone)s, %(gateway_id)s, %(secret_sha256)s
  FROM division d WHERE d.id = %(division_id)s

-- find --
-- One device, its wearer of this moment, and what it last said.
SELECT id, kind, model, serial, phone, division_id, place, gateway_id, recipient, assigned_from, revoked_at, created_at,
       online, last_seen_at, firmware, battery_pct, charging, worn, signal_dbm, last_test, test_due_at, test_overdue,
       faults, test_window_until, shelved_until
  FROM device_now WHERE id = %(id)s AND in_scope(division_id, %(scope)s)

-- list_in_scope --
-- The newest first: identities sort by time. People are found by whoever may see them (`people`).
SELECT v.id, v.kind, v.model, v.serial, v.phone, v.division_id, v.place, v.gateway_id, v.recipient, v.assigned_from,
       v.revoked_at, v.created_at, v.online, v.last_seen_at, v.firmware, v.battery_pct, v.charging, v.worn, v.signal_dbm,
       v.last_test, v.test_due_at, v.test_overdue, v.faults, v.test_window_until, v.shelved_until
  FROM device_now v
 WHERE in_scope(v.division_id, %(scope)s)
   AND (%(search)s::text IS NULL
        OR strpos(lower(concat_ws(' ', v.id::text, v.serial, v.model, CASE WHEN %(people)s THEN v.phone END)),
                  lower(%(search)s)) > 0
        OR v.id IN (SELECT devices_found(%(words)s::text[])) AND %(people)s
        OR v.recipient_id IN (SELECT recipients_found(%(words)s::text[])) AND %(people)s)
   AND (%(recipient_id)s::uuid IS NULL OR v.recipient_id = %(recipient_id)s)
   AND (%(gateway_id)s::uuid IS NULL OR v.gateway_id = %(gateway_id)s)
   AND (cardinality(%(kinds)s::text[]) = 0 OR v.kind = ANY(%(kinds)s))
   AND (%(standing)s::text IS NULL OR device_stands(v, %(standing)s))
   AND (%(before)s::uuid IS NULL OR v.id < %(before)s)
 ORDER BY v.id DESC LIMIT %(limit)s

-- list_by_rank --
-- The same in another order: whoever was silent longest first (never heard: before all), or the emptiest battery first.
SELECT v.* FROM (
    SELECT v.id, v.kind, v.model, v.serial, v.phone, v.division_id, v.place, v.gateway_id, v.recipient, v.assigned_from,
           v.revoked_at, v.created_at, v.online, v.last_seen_at, v.firmware, v.battery_pct, v.charging, v.worn,
           v.signal_dbm, v.last_test, v.test_due_at, v.test_overdue, v.faults, v.test_window_until, v.shelved_until,
           CASE %(sort)s WHEN 'silent' THEN coalesce(extract(epoch FROM v.last_seen_at), 0)
                         ELSE coalesce(v.battery_pct, 1000) END::float8 AS rank
      FROM device_now v
     WHERE in_scope(v.division_id, %(scope)s)
       AND (%(search)s::text IS NULL
            OR strpos(lower(concat_ws(' ', v.id::text, v.serial, v.model, CASE WHEN %(people)s THEN v.phone END)),
                      lower(%(search)s)) > 0
            OR v.id IN (SELECT devices_found(%(words)s::text[])) AND %(people)s
            OR v.recipient_id IN (SELECT recipients_found(%(words)s::text[])) AND %(people)s)
       AND (%(recipient_id)s::uuid IS NULL OR v.recipient_id = %(recipient_id)s)
       AND (%(gateway_id)s::uuid IS NULL OR v.gateway_id = %(gateway_id)s)
       AND (cardinality(%(kinds)s::text[]) = 0 OR v.kind = ANY(%(kinds)s))
       AND (%(standing)s::text IS NULL OR device_stands(v, %(standing)s))
  ) AS v
 WHERE %(after_rank)s::float8 IS NULL OR (v.rank, v.id) > (%(after_rank)s, %(after_id)s::uuid)
 ORDER BY v.rank, v.id LIMIT %(limit)s

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
