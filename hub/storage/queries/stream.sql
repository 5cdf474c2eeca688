-- append --
-- The position is given by a deferred trigger inside COMMIT.
INSERT INTO stream_event (id, kind, entity_id, division_id) VALUES (%(id)s, %(kind)s, %(entity_id)s, %(division_id)s)

-- read_after --
-- Rows become visible in the order of their positions.
SELECT position, at, kind, entity_id, division_id FROM stream_event
 WHERE position > %(position)s ORDER BY position LIMIT %(limit)s

-- bounds --
-- From which position a reader can go on without missing anything, and the newest one. The sequence survives retention.
SELECT coalesce((SELECT min(position) - 1 FROM stream_event), newest.position), newest.position
  FROM (SELECT coalesce((SELECT max(position) FROM stream_event),
                        (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM stream_position)) AS position) AS newest
