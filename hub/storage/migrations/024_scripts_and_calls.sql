-- What to do (处置脚本), in versions; what of it was shown and done for one incident; and the calls that came in.

-- For which incidents of a place: a kind, and where it is said a severity or a category of the person.
CREATE TABLE script (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    kind text NOT NULL,
    severity text CHECK (severity IN ('critical', 'high', 'medium', 'low')),
    category text CHECK (category <> ''),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX script_case ON script (division_id, kind, coalesce(severity, ''), coalesce(category, ''));

-- Never changed: the last version counts. One without steps withdraws the script: what else applies counts again.
CREATE TABLE script_version (
    script_id uuid NOT NULL REFERENCES script ON DELETE CASCADE,
    version integer NOT NULL CHECK (version > 0),
    division_id text COLLATE "C" NOT NULL,
    steps jsonb,                            -- [{id, text: {zh, en}, hint: {zh, en}, action}]
    note text,                              -- what was changed, in the words of who did
    restored_from integer,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    written_by jsonb NOT NULL,              -- {type, id, name}
    PRIMARY KEY (script_id, version)
);

-- What is different for one person: 耳背，多等响铃. The last version counts.
CREATE TABLE recipient_script (
    recipient_id uuid NOT NULL REFERENCES recipient ON DELETE CASCADE,
    version integer NOT NULL CHECK (version > 0),
    division_id text COLLATE "C" NOT NULL,
    additions jsonb NOT NULL,               -- [{kinds, how, action, text}]
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    written_by jsonb NOT NULL,
    PRIMARY KEY (recipient_id, version)
);

-- The script an incident was shown with first: what is edited later does not move under whoever follows it.
CREATE TABLE incident_script (
    incident_id uuid PRIMARY KEY REFERENCES incident ON DELETE CASCADE,
    division_id text COLLATE "C" NOT NULL,
    origin jsonb NOT NULL,                  -- {kind, severity, category, division_id, version}; version 0: built in
    recipient_version integer,              -- of what is different for the person
    steps jsonb NOT NULL,
    frozen_at timestamptz NOT NULL,
    frozen_by jsonb NOT NULL
);

-- Each check and each unchecking, beside the incident's own log: it decides nothing and is replayed by nothing.
CREATE TABLE script_step_done (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incident_script ON DELETE CASCADE,
    division_id text COLLATE "C" NOT NULL,
    step text NOT NULL,
    done boolean NOT NULL,
    at timestamptz NOT NULL,
    actor jsonb NOT NULL
);
CREATE INDEX script_step_done_incident ON script_step_done (incident_id, at, id);

-- A call to the desk, whatever became of it.
CREATE TABLE incoming_call (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    number text,                            -- null: withheld
    caller jsonb,                           -- {type, name} of who it was, as far as that was known
    recipient_id uuid REFERENCES recipient ON DELETE SET NULL,
    purpose text NOT NULL CHECK (purpose IN ('help', 'reply', 'question', 'misdial', 'other')),
    note text NOT NULL DEFAULT '',
    outcome text NOT NULL CHECK (outcome IN ('opened', 'joined', 'logged')),
    incident_id uuid REFERENCES incident ON DELETE SET NULL,
    registered_at timestamptz NOT NULL,
    registered_by jsonb NOT NULL
);
CREATE INDEX incoming_call_order ON incoming_call (registered_at DESC, id DESC);
CREATE INDEX incoming_call_incident ON incoming_call (incident_id) WHERE incident_id IS NOT NULL;

-- Whose number it may be, from its last digits on: the number backwards, compared as a range.
CREATE INDEX recipient_number ON recipient ((reverse(bare_number(phone)) COLLATE "C")) WHERE phone IS NOT NULL;
CREATE INDEX contact_number ON contact ((reverse(bare_number(phone)) COLLATE "C"));
CREATE INDEX device_number ON device ((reverse(bare_number(phone)) COLLATE "C")) WHERE phone IS NOT NULL;
