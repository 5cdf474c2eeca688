-- revisions --
-- The moments at which something was written that says who has duty in a place: its rosters, what was changed by hand,
-- and its days.
SELECT DISTINCT at
  FROM (SELECT unnest(ARRAY[created_at, replaced_at]) AS at FROM roster_entry WHERE division_id = %(division_id)s
        UNION ALL
        SELECT unnest(ARRAY[created_at, withdrawn_at]) FROM roster_override WHERE division_id = %(division_id)s
        UNION ALL
        SELECT unnest(ARRAY[created_at, replaced_at]) FROM duty_day
         WHERE starts_with(%(division_id)s, division_prefix(division_id))) AS written
 WHERE at > %(since)s AND at < %(until)s
 ORDER BY at
