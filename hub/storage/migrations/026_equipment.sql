-- What is done about equipment and silence: notes on maintenance items and follow-ups, by when each is due, who sent a
-- command, and one way to look at a device.

-- What somebody did about an item that is not settled yet: a note, a call, a visit. Never changed.
CREATE TABLE queue_note (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    maintenance_item_id uuid REFERENCES maintenance_item ON DELETE CASCADE,
    follow_up_id uuid REFERENCES follow_up ON DELETE CASCADE,
    at timestamptz NOT NULL,
    by jsonb NOT NULL,                      -- {type, id, name}
    kind text NOT NULL CHECK (kind IN ('note', 'call', 'visit')),
    who text,                               -- who was called, who goes
    outcome text,                           -- of a call: as a contact attempt's
    text text,
    CHECK (num_nonnulls(maintenance_item_id, follow_up_id) = 1)
);
CREATE INDEX queue_note_maintenance ON queue_note (maintenance_item_id, at, id) WHERE maintenance_item_id IS NOT NULL;
CREATE INDEX queue_note_follow_up ON queue_note (follow_up_id, at, id) WHERE follow_up_id IS NOT NULL;

-- Equipment is worked within 24 h (DOMAIN.md section 3).
CREATE FUNCTION maintenance_due_at(opened_at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT opened_at + interval '24 hours' $$;

-- Somebody takes it within the hour - of a person living alone nothing was seen for half a day already - and it is
-- settled within a day (docs/decisions/041).
CREATE FUNCTION follow_up_due_at(state text, opened_at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT opened_at + CASE WHEN state = 'open' THEN interval '1 hour' ELSE interval '24 hours' END
$$;

-- Of one device, one person, one place: what its page shows.
CREATE INDEX maintenance_item_device ON maintenance_item (device_id, opened_at DESC) WHERE device_id IS NOT NULL;
CREATE INDEX follow_up_recipient ON follow_up (recipient_id, opened_at DESC) WHERE recipient_id IS NOT NULL;
CREATE INDEX quarantined_message_device ON quarantined_message (device_id, received_at DESC) WHERE device_id IS NOT NULL;
CREATE INDEX notification_order ON notification (created_at DESC, id);

ALTER TABLE down_message ADD COLUMN sent_by jsonb;  -- {type, id, name} of who sent a command; null: the hub itself
CREATE INDEX down_message_commands ON down_message (device_id, created_at DESC) WHERE leaf = 'command';

-- The devices that every one of these words names: by id, serial or telephone number (`devices_named`), by a part of the
-- model, or by the place they are at.
CREATE FUNCTION devices_found(words text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE AS $$
    SELECT named.id
      FROM unnest(words) AS typed(word)
     CROSS JOIN LATERAL (
        SELECT v.id FROM devices_named(typed.word) AS v(id)
        UNION
        SELECT v.id FROM device v WHERE strpos(serial_key(v.model), typed.word) > 0
        UNION
        SELECT v.id FROM division d
          JOIN device v ON v.division_id >= division_prefix(d.id) AND v.division_id < (division_prefix(d.id) || '~')
         WHERE strpos(lower(d.name), typed.word) > 0
     ) AS named
     GROUP BY named.id HAVING count(*) = cardinality(words)
$$;

-- The divisions that every one of these words names, by their own name or by one above.
CREATE FUNCTION places_found(words text[]) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
    SELECT d.id FROM division d
     WHERE cardinality(words) > 0
       AND NOT EXISTS (
           SELECT 1 FROM unnest(words) AS typed(word)
            WHERE NOT EXISTS (SELECT 1 FROM division above
                               WHERE d.id >= division_prefix(above.id) AND d.id < (division_prefix(above.id) || '~')
                                 AND strpos(lower(above.name), typed.word) > 0))
$$;

-- A device as it is now: whose, what it last said, what is wrong with it, and what is set aside or tried.
CREATE VIEW device_now AS
SELECT v.id, v.kind, v.model, v.serial, v.phone, v.division_id, d.name AS place, v.gateway_id,
       r.id AS recipient_id,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       a.from_at AS assigned_from, v.revoked_at, v.created_at,
       s.online, s.last_seen_at, s.firmware, s.battery_pct, s.charging, s.worn, s.signal_dbm,
       CASE WHEN t.device_id IS NOT NULL
            THEN jsonb_build_object('at', t.tested_at, 'stored_at', t.stored_at, 'how', t.how) END AS last_test,
       test_due_at(v, a.from_at, t.tested_at) AS test_due_at,
       coalesce(test_due_at(v, a.from_at, t.tested_at) < clock_timestamp(), false) AS test_overdue,
       ARRAY(SELECT DISTINCT m.kind FROM maintenance_item m WHERE m.device_id = v.id AND m.state = 'open' ORDER BY 1) AS faults,
       (SELECT max(w.until_at) FROM test_window w WHERE w.device_id = v.id AND w.until_at > clock_timestamp())
           AS test_window_until,
       (SELECT max(h.until_at) FROM shelf h WHERE h.device_id = v.id AND h.ended_at IS NULL) AS shelved_until
  FROM device v
  LEFT JOIN division d ON d.id = v.division_id
  LEFT JOIN assignment a ON a.device_id = v.id AND a.from_at <= clock_timestamp()
                        AND (a.until_at IS NULL OR a.until_at > clock_timestamp())
  LEFT JOIN recipient r ON r.id = a.recipient_id
  LEFT JOIN device_state s ON s.device_id = v.id
  LEFT JOIN device_test t ON t.device_id = v.id;

-- Whether a device stands so, as lists are narrowed. What is withdrawn is nothing but that.
CREATE FUNCTION device_stands(v device_now, standing text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN standing = 'revoked' THEN v.revoked_at IS NOT NULL
        WHEN v.revoked_at IS NOT NULL THEN false
        WHEN standing = 'online' THEN v.online IS TRUE
        WHEN standing = 'offline' THEN v.online IS FALSE
        WHEN standing = 'never_seen' THEN v.last_seen_at IS NULL
        WHEN standing = 'faulty' THEN cardinality(v.faults) > 0
        WHEN standing = 'low_battery' THEN v.battery_pct < 20 AND v.charging IS NOT TRUE
        WHEN standing = 'spare' THEN v.recipient_id IS NULL AND v.kind <> 'gateway'
        WHEN standing = 'testing' THEN v.test_window_until IS NOT NULL
        WHEN standing = 'test_overdue' THEN v.test_overdue
        WHEN standing = 'shelved' THEN v.shelved_until IS NOT NULL
        ELSE false END
$$;
