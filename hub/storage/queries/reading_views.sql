-- raw --
-- Attribution is the reading's own; the devices of the person let the unique key (device, time) serve the span.
SELECT g.device_id, g.measured_at, encode(g.identity, 'hex') AS identity, g.device_measured_at, g.received_at,
       g.quality, g.historical, g.seq, g.heart_rate_bpm, g.spo2_pct, g.respiration_rate_bpm, g.systolic_mmhg, g.diastolic_mmhg, g.body_temperature_c,
       g.steps, g.activity, g.posture, g.in_bed, g.body_movement, g.worn, g.charging, g.battery_pct, g.signal_dbm,
       CASE WHEN g.lat IS NOT NULL AND g.lon IS NOT NULL
            THEN jsonb_build_object('lat', g.lat, 'lon', g.lon, 'accuracy_m', g.accuracy_m,
                                    'source', g.location_source, 'datum', g.location_datum,
                                    'fixed_at', g.location_fixed_at) END AS location,
       g.extra
  FROM reading g
 WHERE g.device_id IN (SELECT device_id FROM assignment WHERE recipient_id = %(recipient_id)s)
   AND g.recipient_id = %(recipient_id)s AND in_scope(g.division_id, %(scope)s)
   AND (%(from)s::timestamptz IS NULL OR g.measured_at >= %(from)s)
   AND (%(until)s::timestamptz IS NULL OR g.measured_at < %(until)s)
   AND (%(before_at)s::timestamptz IS NULL
        OR (g.measured_at, g.device_id, g.identity)
           < (%(before_at)s, %(before_device)s::uuid, decode(%(before_identity)s, 'hex')))
 ORDER BY g.measured_at DESC, g.device_id DESC, g.identity DESC LIMIT %(limit)s

-- last_of_measure --
-- One measure, whose name stands for the braces. From each device backwards in its unique key until the first value:
-- a handful of rows where the device measures this at all.
(SELECT '{measure}' AS measure, to_jsonb(latest.value) AS value, latest.measured_at, latest.quality, latest.device_id
   FROM (SELECT DISTINCT device_id FROM assignment WHERE recipient_id = %(recipient_id)s) AS a
  CROSS JOIN LATERAL (
        SELECT g.{measure} AS value, g.measured_at, g.quality, g.device_id FROM reading g
         WHERE g.device_id = a.device_id AND g.measured_at > %(since)s AND g.measured_at <= %(now)s
           AND g.recipient_id = %(recipient_id)s AND in_scope(g.division_id, %(scope)s) AND g.{measure} IS NOT NULL
         ORDER BY g.measured_at DESC LIMIT 1) AS latest
  ORDER BY latest.measured_at DESC LIMIT 1)
