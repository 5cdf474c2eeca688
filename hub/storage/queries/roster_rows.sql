-- entries --
-- The rosters in force at a moment: those of a place and of all above it, nearest first, or those below a scope. With
-- the accounts that they name: a number may be theirs, and one that is disabled rings nobody.
SELECT e.division_id, e.role, d.timezone, e.gaps_intended, e.id, e.name, e.phone, e.from_at, e.until_at,
       e.account_id, e.shifts, e.rotation,
       (SELECT jsonb_object_agg(u.id, jsonb_build_object('phone', u.phone, 'disabled', u.disabled_at IS NOT NULL))
          FROM user_account u
         WHERE u.id = e.account_id
            OR u.id::text IN (SELECT one ->> 'account_id' FROM jsonb_array_elements(e.rotation -> 'people') AS one))
           AS accounts
  FROM roster_entry e JOIN division d ON d.id = e.division_id
 WHERE e.created_at <= %(known_at)s AND (e.replaced_at IS NULL OR e.replaced_at > %(known_at)s)
   AND (%(covering)s::text IS NULL OR starts_with(%(covering)s, division_prefix(e.division_id)))
   AND (%(scope)s::text[] IS NULL OR in_scope(e.division_id, %(scope)s))
   AND (%(roles)s::text[] IS NULL OR e.role = ANY(%(roles)s))
 ORDER BY length(division_prefix(e.division_id)) DESC, e.division_id, e.role, e.created_at, e.place, e.id

-- overrides --
-- What was changed by hand, in its order, of the same rosters; none that was over before the moment.
SELECT o.division_id, o.role, d.timezone, o.kind, o.absent_key, o.present, o.from_at, o.until_at,
       (SELECT jsonb_build_object('phone', u.phone, 'disabled', u.disabled_at IS NOT NULL) FROM user_account u
         WHERE u.id::text = o.present ->> 'account_id') AS account
  FROM roster_override o JOIN division d ON d.id = o.division_id
 WHERE o.created_at <= %(known_at)s AND (o.withdrawn_at IS NULL OR o.withdrawn_at > %(known_at)s)
   AND o.until_at > %(since)s
   AND (%(covering)s::text IS NULL OR starts_with(%(covering)s, division_prefix(o.division_id)))
   AND (%(scope)s::text[] IS NULL OR in_scope(o.division_id, %(scope)s))
   AND (%(roles)s::text[] IS NULL OR o.role = ANY(%(roles)s))
 ORDER BY o.created_at, o.id

-- days --
-- For a place: the word of the nearest place, and a place's own before what was published for all.
SELECT DISTINCT ON (day) day, kind FROM duty_day
 WHERE created_at <= %(known_at)s AND (replaced_at IS NULL OR replaced_at > %(known_at)s)
   AND starts_with(%(division_id)s, division_prefix(division_id)) AND day BETWEEN %(first)s AND %(last)s
 ORDER BY day, (source = 'own') DESC, length(division_prefix(division_id)) DESC
