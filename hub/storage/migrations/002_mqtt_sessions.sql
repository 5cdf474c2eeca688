-- What the front door must remember beyond a connection and beyond its own life: sessions, and messages to devices.

CREATE TABLE mqtt_session (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES device ON DELETE CASCADE,
    client_id text NOT NULL,
    generation integer NOT NULL DEFAULT 1,  -- connections it has had: a late ending must not touch the next one's
    expiry_s bigint NOT NULL CHECK (expiry_s >= 0),
    disconnected_at timestamptz,            -- NULL while connected; the expiry runs from here
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_id, client_id)             -- one user cannot take over another's session by its name
);

CREATE TABLE mqtt_subscription (
    session_id uuid NOT NULL REFERENCES mqtt_session ON DELETE CASCADE,
    topic_filter text NOT NULL,
    device_id uuid,                         -- NULL: '+', every device behind the gateway
    leaf text,                              -- NULL: everything below down/
    qos smallint NOT NULL CHECK (qos IN (0, 1)),
    identifier integer,
    PRIMARY KEY (session_id, topic_filter)
);

-- QoS 2 messages that were committed and not released yet; written in the transaction that commits the message.
CREATE TABLE mqtt_received (
    session_id uuid NOT NULL REFERENCES mqtt_session ON DELETE CASCADE,
    packet_id integer NOT NULL CHECK (packet_id BETWEEN 1 AND 65535),
    PRIMARY KEY (session_id, packet_id)
);

CREATE TABLE down_message (
    id uuid PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES device ON DELETE CASCADE,
    division_id text COLLATE "C" NOT NULL,
    leaf text NOT NULL CHECK (leaf IN ('ack', 'command')),
    payload bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    delivered_at timestamptz                -- the first session that has it
);
CREATE INDEX down_message_waiting ON down_message (device_id, id) WHERE delivered_at IS NULL;
CREATE INDEX down_message_expiry ON down_message (expires_at);

-- A message that a lasting session has not acknowledged; made when the message is first sent to anybody.
CREATE TABLE mqtt_delivery (
    session_id uuid NOT NULL REFERENCES mqtt_session ON DELETE CASCADE,
    down_message_id uuid NOT NULL REFERENCES down_message ON DELETE CASCADE,
    packet_id integer CHECK (packet_id BETWEEN 1 AND 65535),  -- NULL: not sent yet
    PRIMARY KEY (session_id, down_message_id)
);
CREATE INDEX mqtt_delivery_message ON mqtt_delivery (down_message_id);
