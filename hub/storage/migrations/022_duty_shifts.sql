-- Who sat at which desk, from when until when, what they were shown when they came, and who signed for it.

CREATE TABLE duty_shift (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,  -- of who sat there: what they could see
    desk_id text NOT NULL,                  -- where they opened it last
    operator jsonb NOT NULL,                -- {type, id, name}
    from_at timestamptz NOT NULL,
    until_at timestamptz CHECK (until_at >= from_at),  -- null: it goes on
    relieves_id uuid REFERENCES duty_shift ON DELETE SET NULL,  -- whom they took over from; null: the desk was empty
    taken_by text NOT NULL CHECK (taken_by IN ('log_in', 'password', 'key')),  -- how they signed for what they took over
    shown_incidents uuid[] NOT NULL,        -- the hand-over they signed for
    shown_shelves uuid[] NOT NULL,
    shown_notes uuid[] NOT NULL,
    shown_outages uuid[] NOT NULL,
    ended_how text CHECK (ended_how IN ('relieved', 'unrelieved', 'taken_over')),
    handed_by text CHECK (handed_by IN ('password', 'key')),    -- how they signed for what they left; null: they did not
    left_incidents uuid[],                  -- what was not closed when they went
    CHECK ((until_at IS NULL) = (ended_how IS NULL))
);
CREATE UNIQUE INDEX duty_shift_of_operator ON duty_shift ((operator ->> 'id')) WHERE until_at IS NULL;
CREATE UNIQUE INDEX duty_shift_at_desk ON duty_shift (division_id, desk_id) WHERE until_at IS NULL;
CREATE INDEX duty_shift_time ON duty_shift (from_at DESC, id DESC);
CREATE INDEX duty_shift_relieved ON duty_shift (relieves_id) WHERE relieves_id IS NOT NULL;

-- What the next one should know: written during a shift, read at the gate.
CREATE TABLE shift_note (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    shift_id uuid REFERENCES duty_shift ON DELETE SET NULL,     -- null: written by somebody not on shift
    author jsonb NOT NULL,                  -- {type, id, name}
    text text NOT NULL,
    written_at timestamptz NOT NULL
);
CREATE INDEX shift_note_time ON shift_note (written_at DESC, id DESC);
