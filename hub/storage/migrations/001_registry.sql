-- Who is watched over, by which devices, and who may see it.
-- Every row carries its division (NOT NULL), so that a query's scope is one comparison of prefixes.

-- Division codes are 12 digits: province 2, prefecture 4, county 6, township 9, village 12. A scope is a list of such
-- prefixes; '' sees everything. COLLATE "C" makes the prefix a range that an index can serve.
CREATE FUNCTION in_scope(division text, scope text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT 1 FROM unnest(scope) AS prefix
         WHERE division COLLATE "C" >= prefix COLLATE "C" AND division COLLATE "C" < (prefix || '~') COLLATE "C"
    )
$$;

-- The prefix a code stands for: '990101000000' is the county '990101'.
CREATE FUNCTION division_prefix(division text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN right(division, 10) = '0000000000' THEN left(division, 2)
        WHEN right(division, 8) = '00000000' THEN left(division, 4)
        WHEN right(division, 6) = '000000' THEN left(division, 6)
        WHEN right(division, 3) = '000' THEN left(division, 9)
        ELSE division
    END
$$;

CREATE TABLE division (
    id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[0-9]{12}$'),
    name text NOT NULL,
    level text NOT NULL CHECK (level IN ('province', 'prefecture', 'county', 'township', 'village')),
    timezone text NOT NULL DEFAULT 'Asia/Shanghai',
    valid_from date,
    valid_until date
);

CREATE TABLE household (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    name text NOT NULL,
    address text,
    plan text,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE recipient (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    household_id uuid REFERENCES household,
    timezone text NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    group_name text,                       -- 三组: how the village finds the house, and what a text may say
    sex text CHECK (sex IN ('female', 'male')),
    birth_date date,
    phone text,
    address text,
    address_note text,                     -- how to get in, who holds the key
    lives_alone boolean NOT NULL DEFAULT true,  -- unknown counts as alone: silence must be noticed
    categories text[] NOT NULL DEFAULT '{}',
    ability text,
    care_notes jsonb NOT NULL DEFAULT '{}', -- conditions, medication, allergies, language
    location_consent boolean NOT NULL DEFAULT false,
    monitoring jsonb NOT NULL DEFAULT '{}', -- what differs from the default profile
    ended_at timestamptz,
    ended_reason text,                     -- moved, deceased, withdrawn: never mutes a press
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX recipient_division ON recipient (division_id, id);

CREATE TABLE contact (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    recipient_id uuid NOT NULL REFERENCES recipient ON DELETE CASCADE,
    name text NOT NULL,
    phone text NOT NULL,
    relation text,
    call_order integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contact_recipient ON contact (recipient_id, call_order, id);

CREATE TABLE recipient_mode (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    recipient_id uuid NOT NULL REFERENCES recipient ON DELETE CASCADE,
    mode text NOT NULL CHECK (mode IN ('home', 'away', 'hospital', 'holiday', 'install')),
    from_at timestamptz NOT NULL,
    until_at timestamptz CHECK (until_at > from_at),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX recipient_mode_recipient ON recipient_mode (recipient_id, from_at);

CREATE TABLE device (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,  -- its owner's while nobody wears it
    kind text NOT NULL,
    model text,
    serial text,
    phone text,                            -- where the wearer can be rung back
    gateway_id uuid REFERENCES device,
    secret_sha256 bytea NOT NULL,          -- of a 256-bit random secret: no slow hash is needed
    revoked_at timestamptz,
    test_window_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX device_division ON device (division_id, id);
CREATE INDEX device_gateway ON device (gateway_id) WHERE gateway_id IS NOT NULL;
CREATE UNIQUE INDEX device_serial ON device (kind, serial) WHERE serial IS NOT NULL;

CREATE TABLE assignment (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    device_id uuid NOT NULL REFERENCES device ON DELETE CASCADE,
    recipient_id uuid NOT NULL REFERENCES recipient ON DELETE CASCADE,
    from_at timestamptz NOT NULL,
    until_at timestamptz CHECK (until_at >= from_at),  -- [from, until)
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX assignment_current ON assignment (device_id) WHERE until_at IS NULL;
CREATE INDEX assignment_device ON assignment (device_id, from_at);
CREATE INDEX assignment_recipient ON assignment (recipient_id, from_at);

-- Who is rung when nobody at the desk takes it: the village's helpers, the township station, the supervisor, the leader.
CREATE TABLE roster_entry (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    role text NOT NULL CHECK (role IN ('operator', 'helper', 'township', 'supervisor', 'leader')),
    name text NOT NULL,
    phone text,
    from_at timestamptz,
    until_at timestamptz CHECK (until_at > from_at),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX roster_entry_role ON roster_entry (role, division_id);

CREATE TABLE escalation_policy (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    name text NOT NULL,                    -- 'default' is the one that always matches
    applies_when jsonb NOT NULL DEFAULT '{}',
    steps jsonb NOT NULL,
    repeat integer NOT NULL,
    then_every_s double precision NOT NULL,
    ack_timeout_s double precision NOT NULL,
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (name)
);

CREATE TABLE user_account (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    login text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL,
    phone text,
    password_hash text NOT NULL,           -- Argon2id
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE user_session (
    id_sha256 bytea PRIMARY KEY,           -- the cookie's 256-bit value is nowhere stored
    user_id uuid NOT NULL REFERENCES user_account ON DELETE CASCADE,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX user_session_user ON user_session (user_id);

CREATE TABLE api_key (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    role text NOT NULL,
    name text NOT NULL,
    key_sha256 bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

-- Each look at a file, and each change by a person or a machine.
CREATE TABLE access_log (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    action text NOT NULL,
    entity_type text NOT NULL,
    entity_id text NOT NULL,
    address text
);
CREATE INDEX access_log_entity ON access_log (entity_type, entity_id, at);
