-- ensure --
-- At every start: the hub's own division.
INSERT INTO division (id, name, level, timezone) VALUES (%(id)s, %(name)s, %(level)s, %(timezone)s)
    ON CONFLICT (id) DO NOTHING

-- create --
-- The zone is the nearest parent's unless given.
INSERT INTO division (id, name, level, timezone)
VALUES (%(id)s, %(name)s, %(level)s,
        coalesce(%(timezone)s,
                 (SELECT timezone FROM division
                   WHERE id IN (left(%(id)s, 9) || '000', left(%(id)s, 6) || '000000', left(%(id)s, 4) || '00000000',
                                left(%(id)s, 2) || '0000000000')
                   ORDER BY id DESC LIMIT 1),
                 %(fallback_timezone)s))
RETURNING id, name, level, timezone

-- find --
-- One place.
SELECT id, name, level, timezone FROM division WHERE id = %(id)s

-- list_in_scope --
-- In the order of the codes, which is the order of the tree.
SELECT id, name, level, timezone FROM division
 WHERE in_scope(id, %(scope)s) AND (%(after)s::text IS NULL OR id > %(after)s)
 ORDER BY id LIMIT %(limit)s
