-- remember --
-- The ledger of identities: no row comes back for one that is known.
INSERT INTO event_identity (device_id, identity, device_event_id, payload_sha256, packet_id, seen_at)
VALUES (%(device_id)s, %(identity)s, %(device_event_id)s, %(payload_sha256)s, %(packet_id)s, %(now)s)
    ON CONFLICT (device_id, identity) DO NOTHING
RETURNING device_event_id

-- known --
-- The event that has this identity.
SELECT i.device_event_id, i.payload_sha256, i.packet_id, i.seen_at, e.device_occurred_at
  FROM event_identity i LEFT JOIN device_event e ON e.id = i.device_event_id
 WHERE i.device_id = %(device_id)s AND i.identity = %(identity)s

-- succeed --
-- The identity now stands for a newer event: without id and time, only nearness in time tells two presses apart.
UPDATE event_identity
   SET device_event_id = %(device_event_id)s, payload_sha256 = %(payload_sha256)s, packet_id = %(packet_id)s,
       seen_at = %(now)s
 WHERE device_id = %(device_id)s AND identity = %(identity)s

-- insert --
-- The claim, with the bytes that were sent.
INSERT INTO device_event (id, division_id, device_id, recipient_id, event, event_id, seq, boot_id, occurred_at,
                          device_occurred_at, received_at, quality, historical, test, component, wants_ack, evidence,
                          location, payload)
VALUES (%(id)s, %(division_id)s, %(device_id)s, %(recipient_id)s, %(event)s, %(event_id)s, %(seq)s, %(boot_id)s,
        %(occurred_at)s, %(device_occurred_at)s, %(received_at)s, %(quality)s, %(historical)s, %(test)s, %(component)s,
        %(wants_ack)s, %(evidence)s, %(location)s, %(payload)s)

-- incident_stage --
-- What the device of a repeated event must be told again.
SELECT i.id, i.state, i.responding_at IS NOT NULL
  FROM alert a JOIN incident i ON i.id = a.incident_id WHERE a.device_event_id = %(device_event_id)s LIMIT 1
