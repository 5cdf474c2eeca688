-- event_identities --
-- A device that repeats an event after 90 days has been away longer than its memory.
DELETE FROM event_identity WHERE seen_at < now() - %(period)s

-- reading_identities --
-- Only for readings whose stored time is not the sent one.
DELETE FROM reading_identity WHERE seen_at < now() - %(period)s

-- device_clocks --
-- Right again, or never proved wrong, and nothing left in the ledger above that a repetition would have to be looked up
-- in. A row is touched at most an hour late; the rest is room for this job's own delay.
DELETE FROM device_clock WHERE clock_offset = interval '0' AND touched_at < now() - %(period)s - interval '3 hours'

-- quarantined_messages --
-- Raw payloads.
DELETE FROM quarantined_message WHERE received_at < now() - %(period)s

-- quarantine_summaries --
-- A summary holds a sample of what it counts.
DELETE FROM quarantine_summary WHERE day < (now() - %(period)s)::date

-- event_payloads --
-- The event stays, the bytes it came in go.
UPDATE device_event SET payload = '' WHERE received_at < now() - %(period)s AND payload <> ''

-- stream_events --
-- A reader that was away longer is told to read the lists again.
DELETE FROM stream_event WHERE at < now() - %(period)s

-- user_sessions --
-- Ended ones, some days later.
DELETE FROM user_session WHERE expires_at < now() - %(period)s

-- receipts --
-- As long as the incidents they belong to.
DELETE FROM receipt WHERE received_at < now() - %(period)s

-- inbound_texts --
-- What caregivers answered, as long as the incidents it belongs to.
DELETE FROM inbound_text WHERE received_at < now() - %(period)s

-- access_log --
-- Three years; the law asks for six months at the least.
DELETE FROM access_log WHERE at < now() - %(period)s

-- intake_tallies --
-- Longer than the readings they count.
DELETE FROM intake_tally WHERE hour < now() - %(period)s

-- finding_tallies --
-- As above.
DELETE FROM finding_tally WHERE hour < now() - %(period)s

-- strangers_flags --
-- Of devices nobody registered; those of registered ones stay.
DELETE FROM device_level l
 WHERE l.changed_at < now() - %(period)s AND NOT EXISTS (SELECT 1 FROM device d WHERE d.id = l.device_id)

-- cleared_suspicions --
-- Alerts that never became an incident, as long as the readings they were judged by.
DELETE FROM alert WHERE incident_id IS NULL AND state = 'cleared' AND cleared_at < now() - %(period)s

-- orphaned_states --
-- What was remembered of somebody who was erased, or of a device that is no more.
DELETE FROM monitoring_state s
 WHERE s.subject_type = 'recipient' AND NOT EXISTS (SELECT 1 FROM recipient r WHERE r.id = s.subject_id)
    OR s.subject_type = 'device' AND NOT EXISTS (SELECT 1 FROM device d WHERE d.id = s.subject_id)

-- roster_entries --
-- Who was on duty is told as long as the incidents are there of which they were told.
DELETE FROM roster_entry WHERE replaced_at < now() - %(period)s

-- roster_overrides --
-- As above.
DELETE FROM roster_override WHERE until_at < now() - %(period)s

-- duty_days --
-- As above.
DELETE FROM duty_day WHERE replaced_at < now() - %(period)s

-- unmanned_desks --
-- As above; they hold telephone numbers.
DELETE FROM unmanned_desk WHERE settled_at < now() - %(period)s

-- shift_notes --
-- As above; people write names into them.
DELETE FROM shift_note WHERE written_at < now() - %(period)s

-- duty_shifts --
-- As above.
DELETE FROM duty_shift WHERE until_at < now() - %(period)s

-- incoming_calls --
-- Numbers and what was said, as long as the incidents they led to.
DELETE FROM incoming_call WHERE registered_at < now() - %(period)s
