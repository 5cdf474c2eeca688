-- lock_reference --
-- A receipt and the response that names its attempt may be stored at the same moment: one waits for the other.
SELECT pg_advisory_xact_lock(hashtextextended(%(channel)s || ' ' || %(provider_ref)s, 0))

-- attempt_of_reference --
-- The newest: a gateway that restarted may count its references from the beginning.
SELECT id FROM attempt WHERE channel = %(channel)s AND provider_ref = %(provider_ref)s
 ORDER BY created_at DESC, id DESC LIMIT 1

-- insert --
-- Stored before it is acknowledged to the gateway. No row comes back for a repetition: the same word about the same
-- attempt, or about a reference nobody knows yet.
INSERT INTO receipt (id, channel, provider_ref, state, reason, received_at, attempt_id)
SELECT %(id)s, %(channel)s, %(provider_ref)s, %(state)s, %(reason)s, clock_timestamp(), %(attempt_id)s
 WHERE NOT EXISTS (SELECT 1 FROM receipt
                    WHERE channel = %(channel)s AND provider_ref = %(provider_ref)s AND state = %(state)s
                      AND attempt_id IS NOT DISTINCT FROM %(attempt_id)s
                      AND received_at > clock_timestamp() - interval '7 days')
RETURNING id

-- match_early --
-- What came before the response that names the attempt, but not before the text was handed over.
UPDATE receipt SET attempt_id = %(attempt_id)s
 WHERE channel = %(channel)s AND provider_ref = %(provider_ref)s AND attempt_id IS NULL
   AND received_at >= (SELECT submitted_at FROM attempt WHERE id = %(attempt_id)s)
RETURNING state, reason
