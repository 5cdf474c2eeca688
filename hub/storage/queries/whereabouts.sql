-- of_incident --
-- Where the person lives, and whether they agreed to be located. One row, or none where the incident is not in scope.
SELECT i.recipient_id, i.state, i.kind, coalesce(r.location_consent, false) AS location_consent,
       CASE WHEN r.home_lat IS NOT NULL THEN jsonb_build_object('lat', r.home_lat, 'lon', r.home_lon) END AS home,
       i.division_id
  FROM incident i LEFT JOIN recipient r ON r.id = i.recipient_id
 WHERE i.id = %(incident_id)s AND in_scope(i.division_id, %(scope)s)

-- of_cry --
-- What the device said of its place when it cried, the newest first.
SELECT (e.location ->> 'lat')::double precision AS lat, (e.location ->> 'lon')::double precision AS lon,
       (e.location ->> 'accuracy_m')::double precision AS accuracy_m, e.location ->> 'source' AS source,
       coalesce(e.location ->> 'datum', 'wgs84') AS datum,
       coalesce((e.location ->> 'fixed_at')::timestamptz, e.occurred_at) AS fixed_at
  FROM alert a JOIN device_event e ON e.id = a.device_event_id
 WHERE a.incident_id = %(incident_id)s AND in_scope(a.division_id, %(scope)s) AND e.location IS NOT NULL
   AND e.occurred_at > %(since)s
 ORDER BY fixed_at DESC LIMIT 1

-- of_readings --
-- The newest fix of the person's devices; only kept of who agreed to it.
SELECT g.lat, g.lon, g.accuracy_m, g.location_source AS source, coalesce(g.location_datum, 'wgs84') AS datum,
       coalesce(g.location_fixed_at, g.measured_at) AS fixed_at
  FROM reading g
 WHERE g.device_id IN (SELECT device_id FROM assignment WHERE recipient_id = %(recipient_id)s)
   AND g.recipient_id = %(recipient_id)s AND in_scope(g.division_id, %(scope)s)
   AND g.measured_at > %(since)s AND g.measured_at <= %(now)s AND g.lat IS NOT NULL AND g.lon IS NOT NULL
 ORDER BY fixed_at DESC LIMIT 1
