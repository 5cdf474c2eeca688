-- What came in: readings, device events, their identities, what could not be read, and who owns the taking in.

-- One owner of live state. An ingest transaction holds (shared) the advisory lock of the epoch and compares the number;
-- who takes over holds it alone while it counts up.
CREATE TABLE owner_epoch (
    role text PRIMARY KEY,
    epoch bigint NOT NULL,
    holder text NOT NULL,
    holder_addr inet,
    backend_pid integer NOT NULL,           -- the connection that stands for the owner: gone, the owner is gone
    backend_start timestamptz NOT NULL,
    lease_until timestamptz NOT NULL
);

-- Native range partitions by week, kept by housekeeping; a default one catches what no partition holds.
CREATE TABLE reading (
    device_id uuid NOT NULL,
    measured_at timestamptz NOT NULL,       -- corrected; what queries use
    identity bytea NOT NULL,                -- of the bytes that were sent
    division_id text COLLATE "C" NOT NULL,
    recipient_id uuid,
    device_measured_at timestamptz,         -- as the device said
    received_at timestamptz NOT NULL,
    quality text NOT NULL,                  -- where measured_at comes from: device, received, ...
    historical boolean NOT NULL,            -- buffered: never touches live state
    seq bigint,
    heart_rate_bpm real,
    spo2_pct real,
    respiration_rate_bpm real,
    systolic_mmhg real,
    diastolic_mmhg real,
    body_temperature_c real,
    steps integer,
    activity real,
    posture text,
    in_bed boolean,
    body_movement real,
    worn boolean,
    charging boolean,
    battery_pct real,
    signal_dbm real,
    lat double precision,
    lon double precision,
    accuracy_m real,
    location_source text,
    location_datum text,
    location_fixed_at timestamptz,
    extra jsonb,                            -- fields the protocol does not name, kept as they came
    UNIQUE (device_id, measured_at, identity)
) PARTITION BY RANGE (measured_at);
CREATE TABLE reading_default PARTITION OF reading DEFAULT;

CREATE FUNCTION ensure_reading_partitions(from_at timestamptz, until_at timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    week_start timestamptz := date_trunc('week', from_at, 'UTC');
    partition_name text;
    created integer := 0;
BEGIN
    WHILE week_start < until_at LOOP
        partition_name := 'reading_' || to_char(week_start AT TIME ZONE 'UTC', 'IYYY"w"IW');
        IF to_regclass(partition_name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF reading FOR VALUES FROM (%L) TO (%L)',
                           partition_name, week_start, week_start + interval '7 days');
            created := created + 1;
        END IF;
        week_start := week_start + interval '7 days';
    END LOOP;
    RETURN created;
END $$;
SELECT ensure_reading_partitions(now() - interval '28 days', now() + interval '28 days');

-- Where the stored time differs from the sent one the unique key cannot see a repetition; this ledger can (72 h).
CREATE TABLE reading_identity (
    device_id uuid NOT NULL,
    identity bytea NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (device_id, identity)
);
CREATE INDEX reading_identity_seen ON reading_identity (seen_at);

CREATE TABLE device_event (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    device_id uuid NOT NULL,
    recipient_id uuid,
    event text NOT NULL,
    event_id text,                          -- the device's own id, if it gave one
    seq bigint,
    boot_id text,
    occurred_at timestamptz NOT NULL,       -- corrected
    device_occurred_at timestamptz,         -- as the device said
    received_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    quality text NOT NULL,
    historical boolean NOT NULL,
    test boolean NOT NULL,
    component text,
    wants_ack boolean NOT NULL,
    evidence jsonb,
    location jsonb,
    payload bytea NOT NULL                  -- the bytes that were sent
);
CREATE INDEX device_event_device ON device_event (device_id, occurred_at);
CREATE INDEX device_event_recipient ON device_event (recipient_id, occurred_at) WHERE recipient_id IS NOT NULL;

-- Identities of device events are remembered for 90 days.
CREATE TABLE event_identity (
    device_id uuid NOT NULL,
    identity bytea NOT NULL,
    device_event_id uuid NOT NULL,
    payload_sha256 bytea NOT NULL,
    packet_id integer,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (device_id, identity)
);
CREATE INDEX event_identity_seen ON event_identity (seen_at);

-- What a device last said of itself; state of the device, not of the person.
CREATE TABLE device_state (
    device_id uuid PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    division_id text COLLATE "C" NOT NULL,
    last_seen_at timestamptz NOT NULL,
    online boolean,
    firmware text,
    boot_id text,
    battery_pct real,
    charging boolean,
    worn boolean,
    signal_dbm real,
    measured_at timestamptz                 -- of the newest live reading the values above come from
);

-- The live monitoring state of a subject as the core keeps it; saved with what changed it, rebuilt from the readings.
CREATE TABLE monitoring_state (
    subject_type text NOT NULL CHECK (subject_type IN ('recipient', 'device')),
    subject_id uuid NOT NULL,
    division_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    state jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject_type, subject_id)
) WITH (fillfactor = 50);                   -- written with every batch: new versions stay on their page

CREATE TABLE quarantined_message (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    device_id uuid,
    topic text NOT NULL,
    reason jsonb NOT NULL,                  -- {code, params}: device, field or offset
    payload bytea NOT NULL,                 -- cut to the first 64 KiB
    payload_bytes integer NOT NULL,
    received_at timestamptz NOT NULL,
    incident_id uuid
);
CREATE INDEX quarantined_message_order ON quarantined_message (received_at DESC, id);
