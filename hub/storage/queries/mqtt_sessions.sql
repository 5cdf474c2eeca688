-- lock --
-- Several sessions change under it, so that none waits for another in a circle.
SELECT pg_advisory_xact_lock(x'6d717474'::bigint)  -- 'mqtt'

-- names --
-- The names of all lasting sessions, a page at a time: whether one is there must be known while the database is away.
SELECT user_id, client_id FROM mqtt_session
 WHERE expiry_s > 0 AND (user_id, client_id) > (%(user_id)s, %(client_id)s) ORDER BY user_id, client_id LIMIT %(most)s

-- end_sessions --
-- A clean start ends the stored session; so does its own expiry, even if housekeeping has not come by yet.
DELETE FROM mqtt_session s
 USING unnest(%(user_ids)s::uuid[], %(client_ids)s::text[], %(clean_starts)s::boolean[])
       AS asked(user_id, client_id, clean_start)
 WHERE s.user_id = asked.user_id AND s.client_id = asked.client_id
   AND (asked.clean_start OR s.disconnected_at + make_interval(secs => s.expiry_s) < now())

-- open_lasting --
-- Make the sessions or take them up; the first generation is a new session.
INSERT INTO mqtt_session (id, user_id, client_id, expiry_s)
SELECT * FROM unnest(%(ids)s::uuid[], %(user_ids)s::uuid[], %(client_ids)s::text[], %(expiries_s)s::bigint[])
ON CONFLICT (user_id, client_id) DO UPDATE
   SET generation = mqtt_session.generation + 1, disconnected_at = NULL, expiry_s = EXCLUDED.expiry_s
RETURNING user_id, client_id, id, generation

-- resume_ending --
-- A client that asks for no lasting session may still find one, and ends it with this connection.
UPDATE mqtt_session s
   SET generation = s.generation + 1, disconnected_at = NULL, expiry_s = 0
  FROM unnest(%(user_ids)s::uuid[], %(client_ids)s::text[]) AS asked(user_id, client_id)
 WHERE s.user_id = asked.user_id AND s.client_id = asked.client_id
RETURNING s.user_id, s.client_id, s.id, s.generation

-- subscriptions --
-- What the sessions are subscribed to.
SELECT session_id, topic_filter, device_id, leaf, qos, identifier
  FROM mqtt_subscription WHERE session_id = ANY(%(session_ids)s)

-- received --
-- QoS 2 messages that are committed and not released.
SELECT session_id, packet_id FROM mqtt_received WHERE session_id = ANY(%(session_ids)s)

-- unacknowledged --
-- What was sent on an earlier connection and is sent again, under the same packet identifier.
SELECT d.session_id, d.packet_id, m.id, m.device_id, m.leaf, m.payload, m.expires_at
  FROM mqtt_delivery d JOIN down_message m ON m.id = d.down_message_id
 WHERE d.session_id = ANY(%(session_ids)s) AND d.packet_id IS NOT NULL AND m.expires_at > now()
 ORDER BY m.created_at, m.id

-- disconnect --
-- The expiry runs from now on. Nothing happens if a later connection has the session.
UPDATE mqtt_session s SET disconnected_at = now(), expiry_s = ended.expiry_s
  FROM unnest(%(ids)s::uuid[], %(generations)s::integer[], %(expiries_s)s::bigint[]) AS ended(id, generation, expiry_s)
 WHERE s.id = ended.id AND s.generation = ended.generation

-- discard --
-- The sessions end with their connections.
DELETE FROM mqtt_session s
 USING unnest(%(ids)s::uuid[], %(generations)s::integer[]) AS ended(id, generation)
 WHERE s.id = ended.id AND s.generation = ended.generation

-- subscribe --
-- Nothing happens if the session has ended meanwhile.
INSERT INTO mqtt_subscription (session_id, topic_filter, device_id, leaf, qos, identifier)
SELECT s.id, asked.topic_filter, asked.device_id, asked.leaf, asked.qos, asked.identifier
  FROM mqtt_session s JOIN unnest(
       %(session_ids)s::uuid[], %(topic_filters)s::text[], %(device_ids)s::uuid[], %(leaves)s::text[], %(qos)s::smallint[],
       %(identifiers)s::integer[]
  ) AS asked(session_id, topic_filter, device_id, leaf, qos, identifier) ON asked.session_id = s.id
ON CONFLICT (session_id, topic_filter) DO UPDATE SET qos = EXCLUDED.qos, identifier = EXCLUDED.identifier

-- unsubscribe --
-- Messages that wait for the session and match nothing any more are not sent; they expire.
DELETE FROM mqtt_subscription WHERE session_id = %(session_id)s AND topic_filter = ANY(%(topic_filters)s)

-- remember_received --
-- In the ingest transaction. A session that has ended meanwhile needs no memory, and must not fail the commit.
INSERT INTO mqtt_received (session_id, packet_id)
SELECT s.id, got.packet_id
  FROM unnest(%(session_ids)s::uuid[], %(packet_ids)s::integer[]) AS got(session_id, packet_id)
  JOIN mqtt_session s ON s.id = got.session_id
   FOR KEY SHARE OF s
ON CONFLICT DO NOTHING

-- release --
-- Before PUBCOMP: afterwards the client may give the identifier to another message.
DELETE FROM mqtt_received r
 USING unnest(%(session_ids)s::uuid[], %(packet_ids)s::integer[]) AS done(session_id, packet_id)
 WHERE r.session_id = done.session_id AND r.packet_id = done.packet_id

-- correct_presence --
-- The front door knows who is connected; after a crash nobody is, and every expiry begins to run.
UPDATE mqtt_session
   SET disconnected_at = CASE WHEN id = ANY(%(live)s) THEN NULL ELSE now() END
 WHERE (disconnected_at IS NULL) <> (id = ANY(%(live)s))

-- delete_expired_sessions --
-- With their subscriptions and deliveries.
DELETE FROM mqtt_session WHERE disconnected_at + make_interval(secs => expiry_s) < now()

-- delete_expired_deliveries --
-- An expired message is not sent any more.
DELETE FROM mqtt_delivery d USING down_message m WHERE m.id = d.down_message_id AND m.expires_at < now()

-- delete_old_messages --
-- Kept a week beyond their end, for whoever asks whether a device was told.
DELETE FROM down_message WHERE expires_at < now() - interval '7 days'

-- queue_messages --
-- In the transaction of what the messages tell about. Wakes the front door when it commits; it polls as well.
WITH queued AS (
    INSERT INTO down_message (id, device_id, division_id, leaf, payload, expires_at)
    SELECT * FROM unnest(%(ids)s::uuid[], %(device_ids)s::uuid[], %(division_ids)s::text[], %(leaves)s::text[],
                         %(payloads)s::bytea[], %(expiries)s::timestamptz[])
    RETURNING device_id
)
SELECT pg_notify('down_message', device_id::text) FROM queued
