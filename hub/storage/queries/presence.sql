-- say --
-- One row a desk; `since` stays while its state, and who sits there, does.
INSERT INTO desk_presence AS desk (division_id, desk_id, actor, state, since, seen_at)
VALUES (%(division_id)s, %(desk_id)s, %(actor)s, %(state)s, %(now)s, %(now)s)
    ON CONFLICT (division_id, desk_id)
    DO UPDATE SET actor = excluded.actor, state = excluded.state, seen_at = excluded.seen_at,
                  since = CASE WHEN desk.state = excluded.state AND desk.actor = excluded.actor THEN desk.since
                               ELSE excluded.since END

-- list_in_scope --
-- The desks that have spoken in the last day, by place.
SELECT division_id, desk_id, actor, since, seen_at,
       CASE WHEN state = 'present' AND seen_at > %(now)s::timestamptz - %(silent_after)s THEN 'present'
            WHEN state = 'present' THEN 'silent' ELSE 'away' END AS state
  FROM desk_presence
 WHERE in_scope(division_id, %(scope)s) AND seen_at > %(now)s::timestamptz - %(known_for)s
 ORDER BY division_id, desk_id

-- manned --
-- Of the desks that see this place: whether somebody sits at one, and whether any has spoken lately.
SELECT coalesce(bool_or(state = 'present' AND seen_at > %(now)s::timestamptz - %(silent_after)s), false) AS present,
       coalesce(bool_or(seen_at > %(now)s::timestamptz - %(known_for)s), false) AS known
  FROM desk_presence WHERE starts_with(%(division_id)s, division_prefix(division_id))

-- people_present --
-- Who sits at a desk now, as accounts.
SELECT DISTINCT actor ->> 'id' FROM desk_presence
 WHERE state = 'present' AND actor ->> 'type' = 'operator'
   AND seen_at > %(now)s::timestamptz - %(silent_after)s
