-- Rosters that know shifts and turns and forget nothing; what kind of day it is; and who sits at which desk.

-- Nothing of a roster is deleted when it is written anew: who was on duty can be told of any past moment.
ALTER TABLE roster_entry
    ADD COLUMN place integer NOT NULL DEFAULT 0,            -- the order among those written at once
    ADD COLUMN account_id uuid REFERENCES user_account,     -- under whom this person holds incidents, if that was said
    ADD COLUMN shifts jsonb NOT NULL DEFAULT '[]',          -- [{days, from, until}] in local time; none: always
    ADD COLUMN rotation jsonb,                              -- {starts_on, handover, turn, people} who take turns
    ADD COLUMN replaced_at timestamptz;                     -- null: in force
DROP INDEX roster_entry_role;
CREATE INDEX roster_entry_in_force ON roster_entry (role, division_id) WHERE replaced_at IS NULL;
CREATE INDEX roster_entry_replaced ON roster_entry (replaced_at) WHERE replaced_at IS NOT NULL;

-- Changed by hand for a time: a substitute, somebody more, somebody less. An exchange of shifts is two replacements.
CREATE TABLE roster_override (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    role text NOT NULL CHECK (role IN ('operator', 'helper', 'township', 'supervisor', 'leader')),
    kind text NOT NULL CHECK (kind IN ('replace', 'add', 'remove')),
    absent_key text,                        -- whom of the roster: their account, else their name
    absent_name text,
    present jsonb,                          -- {id, name, phone, account_id} who serves
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL CHECK (until_at > from_at),
    swap_id uuid,                           -- the two of an exchange
    reason text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_by jsonb NOT NULL,              -- {type, id, name}
    withdrawn_at timestamptz,
    withdrawn_by jsonb,
    CHECK ((kind = 'add') = (absent_key IS NULL)),
    CHECK ((kind = 'remove') = (present IS NULL))
);
CREATE INDEX roster_override_place ON roster_override (division_id, role, until_at);

-- Days that are not what their weekday says. A place's own word goes before what was published for all.
CREATE TABLE duty_day (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    day date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('workday', 'restday', 'holiday')),
    name text NOT NULL,
    source text NOT NULL CHECK (source IN ('published', 'own')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    replaced_at timestamptz                 -- null: in force
);
CREATE UNIQUE INDEX duty_day_in_force ON duty_day (division_id, day, source) WHERE replaced_at IS NULL;

-- A desk says every few seconds whether somebody sits at it; its silence says that nobody does.
CREATE TABLE desk_presence (
    division_id text COLLATE "C" NOT NULL REFERENCES division,  -- of who sits there: what they can see
    desk_id text NOT NULL,
    actor jsonb NOT NULL,                   -- {type, id, name}
    state text NOT NULL CHECK (state IN ('present', 'away')),
    since timestamptz NOT NULL,             -- of this state
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (division_id, desk_id)
);

-- A desk at which nobody sits although the roster says that somebody does: from its first moment until it is over.
CREATE TABLE unmanned_desk (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL REFERENCES division,
    since timestamptz NOT NULL,
    until_at timestamptz,
    told jsonb NOT NULL DEFAULT '[]',       -- every text about it, written before it left
    settled_at timestamptz                  -- nothing is left to be said
);
CREATE UNIQUE INDEX unmanned_desk_current ON unmanned_desk (division_id) WHERE settled_at IS NULL;
