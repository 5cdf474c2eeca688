-- ensure --
-- At every start: the hub's own division.
INSERT INTO division (id, name, level, timezone) VALUES (%(id)s, %(name)s, %(level)s, %(timezone)s)
    ON CONFLICT (id) DO NOTHING

-- create --
-- The zone is the nearest parent's unless given.
INSERT INTO division (id, name, level, timezone, center_lat, center_lon)
VALUES (%(id)s, %(name)s, %(level)s,
        coalesce(%(timezone)s,
                 (SELECT timezone FROM division
                   WHERE id IN (left(%(id)s, 9) || '000', left(%(id)s, 6) || '000000', left(%(id)s, 4) || '00000000',
                                left(%(id)s, 2) || '0000000000')
                   ORDER BY id DESC LIMIT 1),
                 %(fallback_timezone)s),
        %(center_lat)s, %(center_lon)s)
RETURNING id, name, level, timezone,
          CASE WHEN center_lat IS NOT NULL THEN jsonb_build_object('lat', center_lat, 'lon', center_lon) END AS center

-- find --
-- One place.
SELECT id, name, level, timezone,
       CASE WHEN center_lat IS NOT NULL THEN jsonb_build_object('lat', center_lat, 'lon', center_lon) END AS center
  FROM division WHERE id = %(id)s

-- set_center --
-- Where a map begins and the figures of a place stand; nulls take it away.
UPDATE division SET center_lat = %(center_lat)s, center_lon = %(center_lon)s
 WHERE id = %(id)s AND in_scope(id, %(scope)s)
RETURNING id, name, level, timezone,
          CASE WHEN center_lat IS NOT NULL THEN jsonb_build_object('lat', center_lat, 'lon', center_lon) END AS center

-- nearest_center --
-- Where a map of this place begins.
SELECT center_lat AS lat, center_lon AS lon FROM division
 WHERE starts_with(%(id)s, division_prefix(id)) AND center_lat IS NOT NULL
 ORDER BY length(division_prefix(id)) DESC LIMIT 1

-- list_in_scope --
-- In the order of the codes, which is the order of the tree.
SELECT id, name, level, timezone,
       CASE WHEN center_lat IS NOT NULL THEN jsonb_build_object('lat', center_lat, 'lon', center_lon) END AS center
  FROM division
 WHERE in_scope(id, %(scope)s) AND (%(after)s::text IS NULL OR id > %(after)s)
 ORDER BY id LIMIT %(limit)s
