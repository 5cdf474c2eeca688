-- places --
-- Each place with who lives there and how their devices are: unseen (never heard), offline, faulty (an open item of the
-- maintenance queue), else well. A device counts where it is worn; what is revoked or on nobody does not count.
WITH worn AS (
    SELECT a.division_id,
           CASE WHEN s.device_id IS NULL THEN 'unseen'
                WHEN s.online IS FALSE OR faults.offline THEN 'offline'
                WHEN faults.any THEN 'faulty'
                ELSE 'well' END AS health
      FROM assignment a
      JOIN device v ON v.id = a.device_id AND v.revoked_at IS NULL
      LEFT JOIN device_state s ON s.device_id = v.id
     CROSS JOIN LATERAL (
           SELECT coalesce(bool_or(m.kind = 'device_offline'), false) AS offline, count(*) > 0 AS any
             FROM maintenance_item m WHERE m.device_id = v.id AND m.state = 'open' AND m.kind <> 'test_press') AS faults
     WHERE in_scope(a.division_id, %(scope)s) AND a.from_at <= %(now)s
       AND (a.until_at IS NULL OR a.until_at > %(now)s)
), health AS (
    SELECT division_id, count(*) FILTER (WHERE health = 'well') AS well,
           count(*) FILTER (WHERE health = 'faulty') AS faulty,
           count(*) FILTER (WHERE health = 'offline') AS offline,
           count(*) FILTER (WHERE health = 'unseen') AS unseen
      FROM worn GROUP BY division_id
), people AS (
    SELECT division_id, count(*) AS recipients FROM recipient
     WHERE ended_at IS NULL AND in_scope(division_id, %(scope)s) GROUP BY division_id
)
SELECT d.id, d.name, d.level,
       CASE WHEN d.center_lat IS NOT NULL THEN jsonb_build_object('lat', d.center_lat, 'lon', d.center_lon) END AS center,
       coalesce(p.recipients, 0) AS recipients,
       jsonb_build_object('well', coalesce(h.well, 0), 'faulty', coalesce(h.faulty, 0),
                          'offline', coalesce(h.offline, 0), 'unseen', coalesce(h.unseen, 0)) AS devices
  FROM division d LEFT JOIN people p ON p.division_id = d.id LEFT JOIN health h ON h.division_id = d.id
 WHERE in_scope(d.id, %(scope)s)
 ORDER BY d.id

-- homes --
-- Where those live whose incident is not closed. Never where they are: that is looked at in the incident, on record.
SELECT i.id AS incident_id, r.home_lat AS lat, r.home_lon AS lon
  FROM incident i JOIN recipient r ON r.id = i.recipient_id
 WHERE i.state <> 'closed' AND r.home_lat IS NOT NULL AND in_scope(i.division_id, %(scope)s)
 ORDER BY i.id
