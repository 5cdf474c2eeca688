-- lock --
-- Shifts change one after the other: two who change desks, or relieve each other, would wait for each other.
SELECT pg_advisory_xact_lock(x'7368696674'::bigint)  -- 'shift'

-- going_on --
-- What goes on with these people, or at this desk (none given: with the people alone).
SELECT operator ->> 'id', id, division_id, from_at, desk_id FROM duty_shift
 WHERE until_at IS NULL AND (operator ->> 'id' = ANY(%(operator_ids)s)
                             OR (division_id = %(division_id)s AND desk_id = %(desk_id)s))

-- running --
-- What goes on already with this person, or at this desk. No desk given: the person's alone.
SELECT id, operator ->> 'id' = %(operator_id)s AS mine FROM duty_shift
 WHERE until_at IS NULL AND (operator ->> 'id' = %(operator_id)s
                             OR (division_id = %(division_id)s AND desk_id = %(desk_id)s))

-- begin --
-- Nothing happens when this person, or this desk, has a shift that goes on.
INSERT INTO duty_shift (id, division_id, desk_id, operator, from_at, relieves_id, taken_by,
                        shown_incidents, shown_shelves, shown_notes, shown_outages)
VALUES (%(id)s, %(division_id)s, %(desk_id)s, %(operator)s, clock_timestamp(), %(relieves_id)s, %(taken_by)s,
        %(incidents)s, %(shelves)s, %(notes)s, %(outages)s)
    ON CONFLICT DO NOTHING
RETURNING id

-- move_to_desk --
-- The same shift goes on elsewhere: another computer, another browser.
UPDATE duty_shift SET desk_id = %(desk_id)s WHERE id = %(id)s

-- end --
-- With what was left. One that nobody ended ended when its desk was last heard of with this person at it.
UPDATE duty_shift s
   SET ended_how = %(ended_how)s, handed_by = %(handed_by)s,
       left_incidents = ARRAY(SELECT i.id FROM incident i WHERE i.state <> 'closed' AND in_scope(i.division_id, %(scope)s)
                               ORDER BY i.id),
       until_at = greatest(s.from_at, CASE WHEN %(as_last_seen)s THEN coalesce(
           (SELECT max(p.seen_at) FROM desk_presence p
             WHERE p.division_id = s.division_id AND p.desk_id = s.desk_id AND p.actor ->> 'id' = s.operator ->> 'id'),
           clock_timestamp()) ELSE clock_timestamp() END)
 WHERE s.id = %(id)s AND s.until_at IS NULL

-- in_scope --
-- A page of the record, the newest first, or one shift. Codes only of incidents that are still there and in scope.
SELECT s.id, s.division_id, d.name AS division_name, s.desk_id, s.operator, s.from_at AS "from", s.until_at AS "until",
       s.taken_by, before.operator AS relieves, s.ended_how, s.handed_by,
       (SELECT n.operator FROM duty_shift n WHERE n.relieves_id = s.id ORDER BY n.from_at LIMIT 1) AS relieved_by,
       jsonb_build_object('incidents', cardinality(s.shown_incidents), 'shelves', cardinality(s.shown_shelves),
                          'notes', cardinality(s.shown_notes), 'outages', cardinality(s.shown_outages)) AS shown,
       ARRAY(SELECT i.code FROM incident i WHERE i.id = ANY(s.shown_incidents) AND in_scope(i.division_id, %(scope)s)
              ORDER BY i.code) AS shown_codes,
       ARRAY(SELECT i.code FROM incident i WHERE i.id = ANY(s.left_incidents) AND in_scope(i.division_id, %(scope)s)
              ORDER BY i.code) AS left_codes,
       ARRAY(SELECT jsonb_build_object('id', t.id, 'author', t.author, 'text', t.text, 'written_at', t.written_at)
               FROM shift_note t WHERE t.shift_id = s.id ORDER BY t.written_at, t.id) AS notes
  FROM duty_shift s JOIN division d ON d.id = s.division_id LEFT JOIN duty_shift before ON before.id = s.relieves_id
 WHERE in_scope(s.division_id, %(scope)s) AND (%(id)s::uuid IS NULL OR s.id = %(id)s)
   AND (%(since)s::timestamptz IS NULL OR s.until_at IS NULL OR s.until_at > %(since)s)
   AND (%(until)s::timestamptz IS NULL OR s.from_at < %(until)s)
   AND (%(before_at)s::timestamptz IS NULL OR (s.from_at, s.id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY s.from_at DESC, s.id DESC LIMIT %(limit)s

-- last_ended --
-- Whoever left the caller's own place last.
SELECT id FROM duty_shift WHERE division_id = %(division_id)s AND until_at IS NOT NULL
 ORDER BY until_at DESC, id DESC LIMIT 1

-- write_note --
-- Of the shift its author has now, if any.
INSERT INTO shift_note (id, division_id, shift_id, author, text, written_at)
VALUES (%(id)s, %(division_id)s,
        (SELECT s.id FROM duty_shift s WHERE s.operator ->> 'id' = %(operator_id)s AND s.until_at IS NULL),
        %(author)s, %(text)s, clock_timestamp())
RETURNING id, author, text, written_at

-- notes --
-- What somebody has not read: of the last day, and of the days since their own last shift, a week at most.
SELECT id, author, text, written_at FROM shift_note
 WHERE in_scope(division_id, %(scope)s)
   AND written_at > least(
           clock_timestamp() - interval '1 day',
           greatest(clock_timestamp() - interval '7 days',
                    coalesce((SELECT max(s.until_at) FROM duty_shift s WHERE s.operator ->> 'id' = %(operator_id)s),
                             clock_timestamp() - interval '1 day')))
 ORDER BY written_at DESC, id DESC LIMIT %(limit)s

-- not_closed --
-- How many of each state.
SELECT count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'acknowledged') AS acknowledged
  FROM incident WHERE state <> 'closed' AND in_scope(division_id, %(scope)s)

-- outage_counts --
-- What is wrong with equipment, by kind; what is told of with its place counts once.
SELECT kind, count(*) AS count FROM maintenance_item
 WHERE state = 'open' AND folded_into IS NULL AND in_scope(division_id, %(scope)s)
 GROUP BY kind ORDER BY count DESC, kind

-- outages --
-- The newest of them, with whose device it is and where.
SELECT m.id, m.kind, m.explanation, m.opened_at, v.kind AS device_kind, r.name AS person, d.name AS place
  FROM maintenance_item m
  JOIN division d ON d.id = m.division_id
  LEFT JOIN device v ON v.id = m.device_id
  LEFT JOIN assignment a ON a.device_id = m.device_id AND a.until_at IS NULL
  LEFT JOIN recipient r ON r.id = coalesce(m.recipient_id, a.recipient_id)
 WHERE m.state = 'open' AND m.folded_into IS NULL AND in_scope(m.division_id, %(scope)s)
 ORDER BY m.opened_at DESC, m.id DESC LIMIT %(limit)s
