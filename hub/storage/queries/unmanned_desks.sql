-- open_episodes --
-- What is not settled yet: it lasts, or its end is still to be said.
SELECT u.id, u.division_id, d.name AS place, d.timezone, u.since, u.until_at, u.told
  FROM unmanned_desk u JOIN division d ON d.id = u.division_id WHERE u.settled_at IS NULL ORDER BY u.since

-- begin --
-- One at a time for each place.
INSERT INTO unmanned_desk (id, division_id, since) VALUES (%(id)s, %(division_id)s, %(since)s)
    ON CONFLICT (division_id) WHERE settled_at IS NULL DO NOTHING

-- save --
-- Before each text leaves, and after.
UPDATE unmanned_desk SET until_at = %(until_at)s, told = %(told)s, settled_at = %(settled_at)s WHERE id = %(id)s
