-- lock_person --
-- Modes of one person are set one after the other; their profile says how long an installation usually lasts.
SELECT division_id, monitoring FROM recipient WHERE id = %(recipient_id)s AND in_scope(division_id, %(scope)s) FOR UPDATE

-- make_way --
-- What would last into the new mode ends where it begins; what begins within it is replaced. An installation only lies
-- over the others: it is about a device, and afterwards the person is where they were.
WITH replaced AS (
    DELETE FROM recipient_mode
     WHERE recipient_id = %(recipient_id)s AND from_at >= %(from)s
       AND (%(until)s::timestamptz IS NULL OR from_at < %(until)s)
       AND (%(mode)s <> 'install' OR mode = 'install')
)
UPDATE recipient_mode
   SET until_at = %(from)s, ended_at = clock_timestamp(), ended_by = %(actor)s::jsonb, ended_why = NULL
 WHERE recipient_id = %(recipient_id)s AND from_at < %(from)s AND (until_at IS NULL OR until_at > %(from)s)
   AND (%(mode)s <> 'install' OR mode = 'install')

-- insert --
-- "home" is the absence of the others, and on record like them.
INSERT INTO recipient_mode (id, division_id, recipient_id, mode, from_at, until_at, set_by)
VALUES (%(id)s, %(division_id)s, %(recipient_id)s, %(mode)s, %(from)s, %(until)s, %(actor)s)
RETURNING id, mode, from_at AS "from", until_at AS "until", set_by, ended_by, ended_at, ended_why

-- list_of_person --
-- The newest first, those that are over included.
SELECT id, mode, from_at AS "from", until_at AS "until", set_by, ended_by, ended_at, ended_why
  FROM recipient_mode
 WHERE recipient_id = %(recipient_id)s
   AND (%(before_at)s::timestamptz IS NULL OR (from_at, id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY from_at DESC, id DESC LIMIT %(limit)s

-- end_current --
-- What holds now, but for "home", is over now.
UPDATE recipient_mode SET until_at = t.now, ended_at = t.now, ended_by = %(actor)s::jsonb
  FROM (SELECT clock_timestamp() AS now) AS t
 WHERE recipient_id = %(recipient_id)s AND mode <> 'home' AND from_at < t.now
   AND (until_at IS NULL OR until_at > t.now)
RETURNING id, mode, from_at AS "from", until_at AS "until", set_by, ended_by, ended_at, ended_why

-- end_span --
-- The hub itself ends the one span it has judged; no row when somebody has changed it meanwhile.
UPDATE recipient_mode SET until_at = %(now)s, ended_at = %(now)s, ended_by = NULL, ended_why = %(why)s
 WHERE recipient_id = %(recipient_id)s AND mode = %(mode)s AND from_at = %(from)s AND from_at < %(now)s
   AND (until_at IS NULL OR until_at > %(now)s)
RETURNING id
