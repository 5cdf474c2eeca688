-- present --
-- What is not closed, by place; and since when the longest waits that nobody has taken.
SELECT i.division_id, count(*) AS not_closed, count(*) FILTER (WHERE i.state = 'open') AS untaken,
       count(*) FILTER (WHERE i.responding_at IS NOT NULL AND i.arrived_at IS NULL) AS under_way,
       min(i.opened_at) FILTER (WHERE i.state = 'open') AS waiting_since
  FROM incident i
 WHERE i.state <> 'closed' AND i.kind <> 'hub_probe' AND in_scope(i.division_id, %(scope)s)
 GROUP BY i.division_id

-- follow_ups_due --
-- People whom somebody is still to call.
SELECT count(*) FROM follow_up WHERE state <> 'closed' AND in_scope(division_id, %(scope)s)

-- shift_begin --
-- Since when somebody sits at a desk of this scope without a break; nothing where nobody does.
SELECT min(from_at) FROM duty_shift WHERE until_at IS NULL AND in_scope(division_id, %(scope)s)
