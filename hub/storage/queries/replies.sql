-- lock_origin --
-- Two connections of one gateway may bring the same text at the same moment.
SELECT pg_advisory_xact_lock(hashtextextended('reply ' || %(origin)s, 0))

-- insert --
-- Stored before it is acknowledged to the gateway. A gateway that did not hear the acknowledgement sends it again:
-- without an identity of its own, the same words from the same number within 10 s are one text.
INSERT INTO inbound_text (id, channel, origin, text, received_at, dedup_key)
SELECT %(id)s, %(channel)s, %(origin)s, %(text)s, clock_timestamp(), %(dedup_key)s
 WHERE %(identified)s
    OR NOT EXISTS (SELECT 1 FROM inbound_text
                    WHERE origin = %(origin)s AND text = %(text)s
                      AND received_at > clock_timestamp() - interval '10 seconds')
    ON CONFLICT (dedup_key) DO NOTHING

-- lock_unsettled --
-- In the order in which they came; what another worker is settling is not waited for.
SELECT id, bare_number(origin) AS number, text, received_at FROM inbound_text
 WHERE settled_at IS NULL ORDER BY received_at, id LIMIT 1 OFFSET %(skip)s FOR UPDATE SKIP LOCKED

-- told --
-- The incidents this number has been told of: those that are not closed, and those closed lately. Newest word first.
SELECT i.id AS incident_id, i.code, i.state, i.division_id, told.person, told.at AS told_at, told.destination,
       r.name, r.sex, r.birth_date, coalesce(r.timezone, %(timezone)s) AS timezone,
       EXISTS (SELECT 1 FROM incident_log l
                WHERE l.incident_id = i.id AND l.code = 'contact_attempt' AND l.params ->> 'outcome' = 'declined'
                  AND l.actor ->> 'id' = told.person ->> 'id' AND l.at > told.at) AS declined_since
  FROM (SELECT DISTINCT ON (n.incident_id) n.incident_id, n.person, n.created_at AS at, n.destination
          FROM notification n
         WHERE bare_number(n.destination) = %(number)s AND NOT n.answers
           AND EXISTS (SELECT 1 FROM attempt a WHERE a.notification_id = n.id
                          AND a.state IN ('submitting', 'accepted', 'delivered', 'unknown'))
         ORDER BY n.incident_id, n.created_at DESC) told
  JOIN incident i ON i.id = told.incident_id
  LEFT JOIN recipient r ON r.id = i.recipient_id
 WHERE i.state <> 'closed' OR i.closed_at > clock_timestamp() - interval '12 hours'
 ORDER BY told.at DESC

-- families --
-- Whose contact this number is: a text from it that answers nothing is most likely about them.
SELECT DISTINCT recipient_id, division_id FROM contact WHERE bare_number(phone) = %(number)s LIMIT 2

-- settle --
-- What was made of it.
UPDATE inbound_text SET settled_at = clock_timestamp(), outcome = %(outcome)s WHERE id = %(id)s AND settled_at IS NULL
