-- incidents --
-- What was opened in the period, a line each, with what its log and its alerts say of it. Nothing of a person's file.
SELECT i.id, i.code, i.kind, i.severity, i.division_id, i.state, i.opened_at, i.closed_at, i.disposition, i.outcome, i.cause,
       l.taken_at, l.reached_at, l.set_out_at, l.arrived_at, l.timed_out, l.given_back, l.reopened, l.told,
       a.presses
  FROM incident i
 CROSS JOIN LATERAL (
       SELECT min(x.at) FILTER (WHERE x.code = 'acknowledged') AS taken_at,
              min(x.at) FILTER (WHERE x.code IN ('contact_attempt', 'responding', 'arrived')
                                   OR x.code = 'acknowledged' AND x.actor ->> 'type' = 'caregiver') AS reached_at,
              min(x.at) FILTER (WHERE x.code = 'responding') AS set_out_at,
              min(x.at) FILTER (WHERE x.code = 'arrived') AS arrived_at,
              count(*) FILTER (WHERE x.code IN ('ack_timed_out', 'responder_overdue')) AS timed_out,
              count(*) FILTER (WHERE x.code IN ('given_back', 'returned_by_alert', 'shift_ended_unrelieved')) AS given_back,
              count(*) FILTER (WHERE x.code = 'reopened') AS reopened,
              coalesce(array_agg(DISTINCT coalesce(x.params ->> 'target', 'fallback'))
                           FILTER (WHERE x.code IN ('step_taken', 'fallback_told')), '{}') AS told
         FROM incident_log x WHERE x.incident_id = i.id) AS l
 CROSS JOIN LATERAL (SELECT count(*) AS presses FROM alert x WHERE x.incident_id = i.id) AS a
 WHERE in_scope(i.division_id, %(scope)s) AND i.kind <> 'hub_probe'
   AND i.opened_at >= %(from_at)s AND i.opened_at < %(until_at)s
 ORDER BY i.opened_at, i.id

-- left_open --
-- What was not closed at a moment: when each was opened. One that was closed later was open then.
SELECT i.opened_at FROM incident i
 WHERE in_scope(i.division_id, %(scope)s) AND i.kind <> 'hub_probe'
   AND i.opened_at < %(at)s AND (i.closed_at IS NULL OR i.closed_at >= %(at)s)

-- people --
-- Who an incident was about, for the list of one shift: looked at by whoever may see the file.
SELECT i.id, r.name FROM incident i JOIN recipient r ON r.id = i.recipient_id
 WHERE i.id = ANY(%(ids)s) AND in_scope(i.division_id, %(scope)s)

-- texts --
-- How the texts of the period ended, those that were overtaken among them.
SELECT n.state, count(*) FROM notification n
 WHERE in_scope(n.division_id, %(scope)s) AND n.created_at >= %(from_at)s AND n.created_at < %(until_at)s
 GROUP BY n.state

-- maintenance --
-- Equipment: what came in the period, and when it was over. What is inside another item is not counted again.
SELECT m.kind, m.opened_at, m.cleared_at AS ended_at FROM maintenance_item m
 WHERE in_scope(m.division_id, %(scope)s) AND m.folded_into IS NULL
   AND m.opened_at >= %(from_at)s AND m.opened_at < %(until_at)s

-- follow_ups --
-- People who were to be asked after: what came in the period, and when it was over.
SELECT f.kind, f.opened_at, f.closed_at AS ended_at FROM follow_up f
 WHERE in_scope(f.division_id, %(scope)s) AND f.opened_at >= %(from_at)s AND f.opened_at < %(until_at)s

-- unmanned --
-- When nobody sat at a desk that should have been manned, within the period.
SELECT greatest(u.since, %(from_at)s) AS since, least(coalesce(u.until_at, %(now)s), %(until_at)s) AS until_at
  FROM unmanned_desk u
 WHERE in_scope(u.division_id, %(scope)s) AND u.since < %(until_at)s
   AND coalesce(u.until_at, %(now)s) > %(from_at)s
 ORDER BY u.since

-- places --
-- The names of what is below.
SELECT d.id, d.name, d.level FROM division d WHERE in_scope(d.id, %(scope)s)
