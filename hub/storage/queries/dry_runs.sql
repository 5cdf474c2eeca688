-- find_opening --
-- One incident as far as a ladder looks at it: nothing is changed, nobody waits.
SELECT id, division_id, kind, severity, subject_type, subject_id, recipient_id, explanation, opened_at
  FROM incident
 WHERE id = %(id)s AND in_scope(division_id, %(scope)s)
