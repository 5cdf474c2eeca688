-- of_device --
-- Events and readings in the order of their time, the newest first; each side reads one page of its own index.
SELECT m.id, m.device_id, m.at, m.received_at, m.quality, m.historical, m.event, m.test, m.component, m.battery_pct,
       m.charging, m.worn, m.signal_dbm
  FROM (
    (SELECT replace(e.id::text, '-', '') AS id, e.device_id, e.division_id, e.occurred_at AS at, e.received_at, e.quality,
            e.historical, e.event, e.test, e.component, NULL::real AS battery_pct, NULL::boolean AS charging,
            NULL::boolean AS worn, NULL::real AS signal_dbm
       FROM device_event e
      WHERE e.device_id = %(device_id)s
        AND (%(before_at)s::timestamptz IS NULL
             OR (e.occurred_at, replace(e.id::text, '-', '') COLLATE "C") < (%(before_at)s, %(before_id)s COLLATE "C"))
      ORDER BY e.occurred_at DESC, replace(e.id::text, '-', '') COLLATE "C" DESC LIMIT %(limit)s)
     UNION ALL
    (SELECT encode(g.identity, 'hex'), g.device_id, g.division_id, g.measured_at, g.received_at, g.quality, g.historical,
            NULL, false, NULL, g.battery_pct, g.charging, g.worn, g.signal_dbm
       FROM reading g
      WHERE NOT %(events_only)s AND g.device_id = %(device_id)s
        AND (%(before_at)s::timestamptz IS NULL
             OR g.measured_at <= %(before_at)s
                AND (g.measured_at, encode(g.identity, 'hex') COLLATE "C") < (%(before_at)s, %(before_id)s COLLATE "C"))
      ORDER BY g.measured_at DESC, encode(g.identity, 'hex') COLLATE "C" DESC LIMIT %(limit)s)
  ) AS m
 WHERE in_scope((SELECT v.division_id FROM device v WHERE v.id = %(device_id)s), %(scope)s)
 ORDER BY m.at DESC, m.id COLLATE "C" DESC LIMIT %(limit)s
