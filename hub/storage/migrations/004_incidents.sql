-- What follows: alerts, incidents and their one deadline, notifications, the queues beside the desk, and the stream.

CREATE SEQUENCE incident_code MINVALUE 100 MAXVALUE 999 CYCLE;  -- what people say on the telephone and in a text

CREATE TABLE incident (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'acknowledged', 'closed')),
    subject_type text NOT NULL,
    subject_id text NOT NULL,
    recipient_id uuid REFERENCES recipient ON DELETE SET NULL,
    code integer NOT NULL DEFAULT nextval('incident_code'),
    explanation jsonb NOT NULL,
    opened_at timestamptz NOT NULL,
    last_alert_at timestamptz NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by jsonb,                  -- {type, id, name} of who holds it
    contacted_at timestamptz,               -- the last logged contact attempt since it was taken
    touched_at timestamptz,                 -- the last note, attempt or responder since it was taken
    responding_at timestamptz,
    responder_name text,
    arrived_at timestamptz,
    closed_at timestamptz,
    disposition text,
    sounding boolean NOT NULL,              -- the desk must sound, though somebody may hold it
    policy jsonb NOT NULL,                  -- frozen at opening
    ladder jsonb NOT NULL,                  -- the core's position in it
    caller_phone text,
    version integer NOT NULL DEFAULT 1,
    CHECK (state = 'closed' OR (state = 'acknowledged') = (acknowledged_by IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK (state <> 'closed' OR disposition IS NOT NULL)
);
-- Rule 4: at most one that is not closed per subject and kind.
CREATE UNIQUE INDEX incident_one_not_closed ON incident (subject_type, subject_id, kind) WHERE state <> 'closed';
CREATE INDEX incident_not_closed ON incident (division_id, opened_at) WHERE state <> 'closed';
CREATE INDEX incident_opened ON incident (opened_at DESC, id);
CREATE INDEX incident_recipient ON incident (recipient_id, opened_at DESC) WHERE recipient_id IS NOT NULL;

CREATE TABLE alert (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    incident_id uuid REFERENCES incident,   -- null while a suspicion is pending, and when it was cleared before its time
    kind text NOT NULL,
    severity text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'active', 'cleared')),
    recipient_id uuid,
    device_id uuid,
    device_event_id uuid,
    event_id text,                          -- the device's own id of the event
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    late boolean NOT NULL DEFAULT false,
    test boolean NOT NULL DEFAULT false,
    wants_ack boolean NOT NULL DEFAULT false,
    explanation jsonb NOT NULL,
    cleared_at timestamptz,
    CHECK (state <> 'pending' OR incident_id IS NULL),
    CHECK (state <> 'active' OR incident_id IS NOT NULL)   -- cleared while pending: there never was an incident
);
CREATE INDEX alert_pending ON alert (kind, coalesce(recipient_id, device_id)) WHERE state = 'pending';
CREATE INDEX alert_incident ON alert (incident_id, received_at, id);
CREATE INDEX alert_device_event ON alert (device_event_id);

-- Everything that happened to an incident, in words of code and parameters; never changed.
CREATE TABLE incident_log (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    incident_id uuid NOT NULL REFERENCES incident,
    at timestamptz NOT NULL,
    code text NOT NULL,
    params jsonb NOT NULL DEFAULT '{}',
    actor jsonb                             -- {type, id, name}, null: the hub itself
);
CREATE INDEX incident_log_incident ON incident_log (incident_id, at, id);

-- A deadline. An incident that is not closed has exactly one row here.
CREATE TABLE timer (
    owner_type text NOT NULL CHECK (owner_type IN ('incident', 'alert')),
    owner_id uuid NOT NULL,
    division_id text COLLATE "C" NOT NULL,
    purpose text NOT NULL,
    due_at timestamptz NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    PRIMARY KEY (owner_type, owner_id)
);
CREATE INDEX timer_due ON timer (due_at);

-- One number in the one form in which numbers are compared: digits, without the country code of a Chinese number.
CREATE FUNCTION bare_number(number text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(regexp_replace(number, '[^0-9]', '', 'g'), '^(00)?86(?=[0-9]{11}$)', '')
$$;

-- A message owed to a person, and each try at delivering it.
CREATE TABLE notification (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    incident_id uuid NOT NULL REFERENCES incident,
    step jsonb NOT NULL,                    -- {round, step, target} that owes it
    person jsonb NOT NULL,                  -- {type, id, name} of who is told
    destination text NOT NULL,
    text text,                              -- composed when it is first handed to a channel
    severity text NOT NULL,
    state text NOT NULL CHECK (state IN ('owed', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'cancelled')),
    answers boolean NOT NULL DEFAULT false, -- answers a caregiver's own text: leaves although somebody has the incident
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    dedup_key text NOT NULL UNIQUE          -- incident, step and person: the ladder cannot owe it twice
);
CREATE INDEX notification_incident ON notification (incident_id, created_at, id);
CREATE INDEX notification_owed ON notification (created_at) WHERE state IN ('owed', 'sending');
CREATE INDEX notification_number ON notification (bare_number(destination), created_at DESC);

CREATE TABLE attempt (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    notification_id uuid NOT NULL REFERENCES notification,
    number integer NOT NULL,
    channel text NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'submitting', 'accepted', 'delivered', 'failed', 'unknown')),
    due_at timestamptz,                     -- queued: when it may leave; accepted: when its receipt is overdue
    submitted_at timestamptz,               -- when it was handed to the channel
    leased_until timestamptz,               -- submitting: after this the outcome is unknown
    provider_ref text,
    reason text,
    permanent boolean NOT NULL DEFAULT false,        -- failed: this channel will never take this text
    repeats_unknown boolean NOT NULL DEFAULT false,  -- sent again after an unknown one: may arrive twice
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (notification_id, number)
);
CREATE INDEX attempt_due ON attempt (due_at) WHERE state IN ('queued', 'submitting', 'accepted');
CREATE INDEX attempt_provider_ref ON attempt (channel, provider_ref) WHERE provider_ref IS NOT NULL;

-- Receipts come when they like, also before the submit response: stored first, matched when both are there.
CREATE TABLE receipt (
    id uuid PRIMARY KEY,
    channel text NOT NULL,
    provider_ref text NOT NULL,
    state text NOT NULL,
    reason text,
    received_at timestamptz NOT NULL,
    attempt_id uuid REFERENCES attempt
);
-- Not unique: a gateway that restarts may count its references from the beginning; repetitions of a receipt are told by
-- the attempt they belong to.
CREATE INDEX receipt_provider_ref ON receipt (channel, provider_ref, received_at);

-- What caregivers answer.
CREATE TABLE inbound_text (
    id uuid PRIMARY KEY,
    channel text NOT NULL,
    origin text NOT NULL,                   -- the number it came from
    text text NOT NULL,
    received_at timestamptz NOT NULL,
    dedup_key text NOT NULL UNIQUE,
    settled_at timestamptz,
    outcome jsonb                           -- {code, params}
);
CREATE INDEX inbound_text_unsettled ON inbound_text (received_at) WHERE settled_at IS NULL;

CREATE TABLE maintenance_item (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'cleared', 'closed')),
    device_id uuid,
    recipient_id uuid,
    explanation jsonb NOT NULL,
    opened_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    occurrences integer NOT NULL DEFAULT 1,
    cleared_at timestamptz
);
CREATE UNIQUE INDEX maintenance_item_one_open
    ON maintenance_item (kind, coalesce(device_id, recipient_id, '00000000-0000-0000-0000-000000000000'::uuid))
    WHERE state = 'open';
CREATE INDEX maintenance_item_order ON maintenance_item (opened_at DESC, id);

CREATE TABLE follow_up (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    recipient_id uuid REFERENCES recipient ON DELETE SET NULL,
    device_id uuid,
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'acknowledged', 'closed')),
    explanation jsonb NOT NULL,
    opened_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    occurrences integer NOT NULL DEFAULT 1,
    acknowledged_at timestamptz,
    acknowledged_by jsonb,
    closed_at timestamptz,
    disposition text,
    note text
);
CREATE UNIQUE INDEX follow_up_one_open ON follow_up (kind, coalesce(recipient_id, device_id)) WHERE state <> 'closed';
CREATE INDEX follow_up_order ON follow_up (opened_at DESC, id);

-- The stream of the desk. Positions are given inside COMMIT, under one lock that is held until the transaction is
-- visible: a reader that has seen position n will never meet a smaller one later, and a client that stalls between
-- statements holds no lock. What the event shows is read when it is shown; no copy of a person's file lies here.
CREATE SEQUENCE stream_position;
CREATE TABLE stream_event (
    id uuid PRIMARY KEY,
    position bigint UNIQUE,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind text NOT NULL CHECK (kind IN ('incident', 'follow-up', 'maintenance')),
    entity_id uuid NOT NULL,
    division_id text COLLATE "C" NOT NULL
);
CREATE INDEX stream_event_at ON stream_event (at);

CREATE FUNCTION give_stream_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(x'73747265616d'::bigint);  -- 'stream'
    UPDATE stream_event SET position = nextval('stream_position') WHERE id = NEW.id;
    PERFORM pg_notify('stream', '');
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER stream_event_position AFTER INSERT ON stream_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION give_stream_position();
