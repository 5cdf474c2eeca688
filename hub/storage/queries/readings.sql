-- insert --
-- One array a column: the whole batch is one statement, and what is there already is left as it is.
INSERT INTO reading (device_id, measured_at, identity, division_id, recipient_id, device_measured_at, received_at,
                     quality, historical, seq, heart_rate_bpm, spo2_pct, respiration_rate_bpm, systolic_mmhg,
                     diastolic_mmhg, body_temperature_c, steps, activity, posture, in_bed, body_movement, worn,
                     charging, battery_pct, signal_dbm, lat, lon, accuracy_m, location_source, location_datum,
                     location_fixed_at, extra)
SELECT * FROM unnest(%(device_id)s::uuid[], %(measured_at)s::timestamptz[], %(identity)s::bytea[],
                     %(division_id)s::text[], %(recipient_id)s::uuid[], %(device_measured_at)s::timestamptz[],
                     %(received_at)s::timestamptz[], %(quality)s::text[], %(historical)s::boolean[],
                     %(seq)s::bigint[], %(heart_rate_bpm)s::real[], %(spo2_pct)s::real[],
                     %(respiration_rate_bpm)s::real[], %(systolic_mmhg)s::real[], %(diastolic_mmhg)s::real[],
                     %(body_temperature_c)s::real[], %(steps)s::integer[], %(activity)s::real[], %(posture)s::text[],
                     %(in_bed)s::boolean[], %(body_movement)s::real[], %(worn)s::boolean[], %(charging)s::boolean[],
                     %(battery_pct)s::real[], %(signal_dbm)s::real[], %(lat)s::double precision[],
                     %(lon)s::double precision[], %(accuracy_m)s::real[], %(location_source)s::text[],
                     %(location_datum)s::text[], %(location_fixed_at)s::timestamptz[], %(extra)s::jsonb[])
    ON CONFLICT (device_id, measured_at, identity) DO NOTHING

-- find_known --
-- Of devices whose clock gave trouble: what was stored at another time than it was sent with, and what was at its own.
SELECT asked.device_id, asked.elsewhere
  FROM unnest(%(devices)s::uuid[], %(identities)s::bytea[], %(elsewhere)s::bytea[], %(claimed)s::timestamptz[])
       AS asked(device_id, identity, elsewhere, claimed_at)
  LEFT JOIN LATERAL (
       SELECT true AS found FROM reading_identity i
        WHERE i.device_id = asked.device_id AND i.identity = asked.elsewhere LIMIT 1) AS ledger ON true
  LEFT JOIN LATERAL (
       SELECT true AS found FROM reading g
        WHERE ledger.found IS NULL AND g.device_id = asked.device_id AND g.measured_at = asked.claimed_at
          AND g.identity = asked.identity LIMIT 1) AS stored ON true
 WHERE ledger.found OR stored.found

-- remember_identities --
-- Where the stored time is not the sent one, the unique key of readings cannot see a repetition.
INSERT INTO reading_identity (device_id, identity, seen_at)
SELECT DISTINCT device_id, identity, %(now)s::timestamptz
  FROM unnest(%(devices)s::uuid[], %(identities)s::bytea[]) AS seen(device_id, identity)
    ON CONFLICT (device_id, identity) DO NOTHING
RETURNING device_id, identity

-- see_devices --
-- An older reading that comes late does not overwrite what a newer one said.
INSERT INTO device_state AS s (device_id, division_id, last_seen_at, online, firmware, boot_id, battery_pct,
                               charging, worn, signal_dbm, measured_at)
SELECT * FROM unnest(%(device_id)s::uuid[], %(division_id)s::text[], %(seen_at)s::timestamptz[],
                     %(online)s::boolean[], %(firmware)s::text[], %(boot_id)s::text[], %(battery_pct)s::real[],
                     %(charging)s::boolean[], %(worn)s::boolean[], %(signal_dbm)s::real[],
                     %(measured_at)s::timestamptz[])
    ON CONFLICT (device_id) DO UPDATE
   SET last_seen_at = greatest(s.last_seen_at, excluded.last_seen_at),
       online = coalesce(excluded.online, s.online),
       firmware = coalesce(excluded.firmware, s.firmware),
       boot_id = coalesce(excluded.boot_id, s.boot_id),
       battery_pct = CASE WHEN s.measured_at > excluded.measured_at THEN s.battery_pct
                          ELSE coalesce(excluded.battery_pct, s.battery_pct) END,
       charging = CASE WHEN s.measured_at > excluded.measured_at THEN s.charging
                          ELSE coalesce(excluded.charging, s.charging) END,
       worn = CASE WHEN s.measured_at > excluded.measured_at THEN s.worn
                          ELSE coalesce(excluded.worn, s.worn) END,
       signal_dbm = CASE WHEN s.measured_at > excluded.measured_at THEN s.signal_dbm
                          ELSE coalesce(excluded.signal_dbm, s.signal_dbm) END,
       measured_at = greatest(s.measured_at, excluded.measured_at)
