-- stream --
-- Every state, when an owner begins.
SELECT subject_type, subject_id::text, state FROM monitoring_state

-- load --
-- The states of these subjects, after a commit whose outcome is not known, or of subjects that are new to this owner.
SELECT s.subject_type, s.subject_id::text, s.state
  FROM unnest(%(types)s::text[], %(ids)s::uuid[]) AS asked(subject_type, subject_id)
  JOIN monitoring_state s ON s.subject_type = asked.subject_type AND s.subject_id = asked.subject_id

-- save --
-- In the transaction of what changed them; the caller has sorted them, so that two never wait for each other.
INSERT INTO monitoring_state (subject_type, subject_id, division_id, version, state, updated_at)
SELECT subject_type, subject_id, division_id, (state ->> 'version')::integer, state, %(now)s::timestamptz
  FROM unnest(%(types)s::text[], %(ids)s::uuid[], %(divisions)s::text[], %(states)s::jsonb[])
       AS changed(subject_type, subject_id, division_id, state)
    ON CONFLICT (subject_type, subject_id) DO UPDATE
   SET division_id = excluded.division_id, version = excluded.version, state = excluded.state,
       updated_at = excluded.updated_at

-- find_lives --
-- What the registry says of these people now: profile, modes that hold, ended lately or will come, and their devices.
SELECT r.id, r.division_id, r.timezone, r.lives_alone, r.monitoring, r.ended_at IS NOT NULL AND r.ended_at <= %(now)s,
       coalesce((SELECT jsonb_agg(jsonb_build_array(m.mode, m.from_at, m.until_at) ORDER BY m.from_at, m.id)
                   FROM recipient_mode m
                  WHERE m.recipient_id = r.id AND (m.until_at IS NULL OR m.until_at > %(now)s - interval '8 days')), '[]'),
       coalesce((SELECT jsonb_agg(jsonb_build_array(d.id, d.kind, d.gateway_id, a.from_at) ORDER BY a.from_at, d.id)
                   FROM assignment a JOIN device d ON d.id = a.device_id
                  WHERE a.recipient_id = r.id AND d.revoked_at IS NULL AND a.from_at <= %(now)s
                    AND (a.until_at IS NULL OR a.until_at > %(now)s)), '[]')
  FROM recipient r WHERE r.id = ANY(%(ids)s)

-- find_devices --
-- Devices that are subjects themselves.
SELECT id, division_id, kind, gateway_id, created_at FROM device WHERE id = ANY(%(ids)s) AND revoked_at IS NULL

-- unbegun --
-- People who have a device and no state yet: their silence counts from now.
SELECT DISTINCT a.recipient_id::text
  FROM assignment a JOIN recipient r ON r.id = a.recipient_id
 WHERE (a.until_at IS NULL OR a.until_at > clock_timestamp()) AND r.ended_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM monitoring_state s WHERE s.subject_type = 'recipient' AND s.subject_id = r.id)
