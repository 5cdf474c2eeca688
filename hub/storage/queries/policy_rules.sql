-- load --
-- A handful of rows, read whenever an incident opens: what was changed holds for the next one.
SELECT name, version, applies_when, steps, repeat, then_every_s, ack_timeout_s FROM escalation_policy
