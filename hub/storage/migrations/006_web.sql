-- What the web role needs beside the registry: who is alive, who guesses passwords, where a device belongs when idle.

-- Each process says every few seconds that it works; readiness reads it. Unlogged: a beat costs no disk write, and
-- after a crash of the database nobody is alive until they say so again.
CREATE UNLOGGED TABLE process_heartbeat (
    role text NOT NULL,
    holder text NOT NULL,                  -- which process
    ready boolean NOT NULL,
    reason text,                           -- why it is not ready
    figures jsonb NOT NULL DEFAULT '[]',   -- what it counts in its memory, for /metrics: name, labels, value, kind
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (role, holder)
);

-- Failed log-ins by hashed key (login and address together, or the address alone): unknown logins count like known ones.
CREATE TABLE login_failure (
    key_sha256 bytea PRIMARY KEY,
    failures integer NOT NULL,
    last_failed_at timestamptz NOT NULL,
    locked_until timestamptz
);
CREATE INDEX login_failure_order ON login_failure (last_failed_at);

-- While a device is worn its division is its wearer's; afterwards it belongs to its owner again.
ALTER TABLE device ADD COLUMN owner_division_id text COLLATE "C" REFERENCES division;

CREATE INDEX access_log_at ON access_log (at);

-- Who said that equipment is in order again, and how.
ALTER TABLE maintenance_item ADD COLUMN closed_by jsonb, ADD COLUMN note text;
