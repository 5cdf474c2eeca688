-- count --
-- Every message counts, kept or not; the caller has sorted them, so that two never wait for each other.
INSERT INTO quarantine_summary AS s
       (id, owner_id, device_id, division_id, reason_code, day, messages, first_at, last_at, topic, reason, sample,
        payload_bytes)
VALUES (%(id)s, %(owner_id)s, %(device_id)s, %(division_id)s, %(reason_code)s, %(day)s, %(messages)s, %(first_at)s,
        %(last_at)s, %(topic)s, %(reason)s, %(sample)s, %(payload_bytes)s)
    ON CONFLICT (owner_id, reason_code, day) DO UPDATE
   SET messages = s.messages + excluded.messages, last_at = greatest(s.last_at, excluded.last_at),
       first_at = least(s.first_at, excluded.first_at)
RETURNING id, kept, kept_bytes

-- keep --
-- As it came, with the reason: device, topic, offset or field.
INSERT INTO quarantined_message (id, division_id, device_id, topic, reason, payload, payload_bytes, received_at,
                                 incident_id, summary_id)
VALUES (%(id)s, %(division_id)s, %(device_id)s, %(topic)s, %(reason)s, %(payload)s, %(payload_bytes)s, %(received_at)s,
        %(incident_id)s, %(summary_id)s)

-- settle --
-- What was kept, and what was only counted, by hour.
UPDATE quarantine_summary s
   SET kept = s.kept + %(kept)s, kept_bytes = s.kept_bytes + %(kept_bytes)s,
       forgotten = (SELECT array_agg(was + more ORDER BY number)
                      FROM unnest(s.forgotten, %(forgotten)s::bigint[]) WITH ORDINALITY AS hours(was, more, number))
 WHERE id = %(id)s

-- standing --
-- How much of one owner and reason was kept on a day.
SELECT kept, kept_bytes FROM quarantine_summary
 WHERE owner_id = %(owner_id)s AND reason_code = %(reason_code)s AND day = %(day)s

-- forget_oldest --
-- Beyond the size the oldest are only counted.
WITH ranked AS (
    SELECT id, row_number() OVER newest AS place, sum(octet_length(payload)) OVER newest AS bytes
      FROM quarantined_message WINDOW newest AS (ORDER BY received_at DESC, id DESC)
), gone AS (
    DELETE FROM quarantined_message q USING ranked r
     WHERE q.id = r.id AND (r.place > %(messages_max)s OR r.bytes > %(bytes_max)s)
    RETURNING q.summary_id, extract(hour FROM q.received_at AT TIME ZONE 'UTC')::integer AS hour,
              octet_length(q.payload) AS bytes
), counted AS (
    SELECT summary_id, count(*) AS messages, sum(bytes) AS bytes,
           (SELECT array_agg((SELECT count(*) FROM gone AS one WHERE one.summary_id = gone.summary_id AND one.hour = number)
                             ORDER BY number) FROM generate_series(0, 23) AS hours(number)) AS hours
      FROM gone GROUP BY summary_id
)
UPDATE quarantine_summary s
   SET kept = s.kept - c.messages, kept_bytes = s.kept_bytes - c.bytes,
       forgotten = (SELECT array_agg(was + more ORDER BY number)
                      FROM unnest(s.forgotten, c.hours) WITH ORDINALITY AS hours(was, more, number))
  FROM counted c WHERE s.id = c.summary_id

-- strangers_shown --
-- Incidents, not closed, of devices of a source that nobody registered; and whether this one has one.
SELECT count(*), coalesce(bool_or(subject_id = %(subject_id)s), false)
  FROM incident
 WHERE state <> 'closed' AND kind = 'unreadable_event' AND subject_type = 'device'
   AND explanation #>> '{params,source}' = %(source)s
