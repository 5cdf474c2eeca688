-- Who set and who ended a mode, windows in which a press may be a test, and when a device was last tested.

ALTER TABLE recipient_mode
    ADD COLUMN set_by jsonb,        -- {type, id, name}; null: from before this was kept
    ADD COLUMN ended_by jsonb,      -- {type, id, name} of who ended it before its time; null: nobody, or the hub itself
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN ended_why jsonb;     -- {code, params}: what the hub ended it by

ALTER TABLE device DROP COLUMN test_window_until;  -- never used: a window has a beginning and somebody who opened it

-- One device's window: opened by a person, 15 minutes at most.
CREATE TABLE test_window (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    device_id uuid NOT NULL REFERENCES device ON DELETE CASCADE,
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL CHECK (until_at >= from_at AND until_at <= from_at + interval '15 minutes'),
    reason text,
    opened_by jsonb NOT NULL,
    ended_by jsonb                  -- null: its time ran out
);
CREATE INDEX test_window_device ON test_window (device_id, from_at DESC);

-- A press within a window: until then it may be confirmed as a test, and is real unless it is.
ALTER TABLE incident ADD COLUMN test_pending_until timestamptz;

-- The last test that went the whole way from the device into the database.
CREATE TABLE device_test (
    device_id uuid PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    division_id text COLLATE "C" NOT NULL,
    tested_at timestamptz NOT NULL, -- when the device did it
    stored_at timestamptz NOT NULL,
    how text NOT NULL CHECK (how IN ('code', 'window', 'self_test'))
);

-- When a person should try the device again: a month (31 days) after the last test, or after they got it. Monthly tests
-- by the user are the norm of telecare centres. Nobody need try what has no key, what is on nobody, or what is revoked.
CREATE FUNCTION test_due_at(v device, worn_from timestamptz, tested_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN v.kind IN ('call_button', 'smartwatch', 'wristband') AND v.revoked_at IS NULL
                 AND worn_from IS NOT NULL
                THEN greatest(worn_from, tested_at) + interval '31 days' END
$$;
