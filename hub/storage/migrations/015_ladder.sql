-- The call that whoever holds an incident owes its wearer: when it is noticed that nobody has made it (null: none owed).
ALTER TABLE incident ADD COLUMN call_due_at timestamptz;

-- Whom the incidents of one recipient have told lately: those that are closed are asked for a few minutes only.
CREATE INDEX incident_subject_closed ON incident (subject_type, subject_id, closed_at) WHERE state = 'closed';
