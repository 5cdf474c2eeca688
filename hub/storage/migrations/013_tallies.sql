-- What ingest did with what it took in, counted in the transaction that did it: `hub verify` recounts the rows.

-- One row an hour of receipt, lane, way in and owner; its lane's transactions come one after the other, so that nobody
-- waits for it. Of messages, and of what they hold:
--   messages + flag_edges = refused + strangers + flag_messages + telemetry_read + telemetry_unreadable
--                           + events_stored + events_repeated + events_unreadable + unreadable_repeated
--   readings_decoded      = readings_stored + readings_repeated
CREATE TABLE intake_tally (
    hour timestamptz NOT NULL,
    lane text NOT NULL,
    source text NOT NULL,                       -- `front_door`, else the broker's name
    epoch bigint NOT NULL,                      -- of the owner that counted
    messages bigint NOT NULL DEFAULT 0,         -- of committed transactions; all but the refused are acknowledged
    refused bigint NOT NULL DEFAULT 0,          -- the sender may not say this, and was told
    strangers bigint NOT NULL DEFAULT 0,        -- a broker's, about devices that it may not speak for
    flag_messages bigint NOT NULL DEFAULT 0,    -- snapshots of flags
    flag_edges bigint NOT NULL DEFAULT 0,       -- the events that these became
    telemetry_read bigint NOT NULL DEFAULT 0,   -- readings and statuses
    telemetry_unreadable bigint NOT NULL DEFAULT 0,
    statuses bigint NOT NULL DEFAULT 0,
    readings_decoded bigint NOT NULL DEFAULT 0,
    readings_stored bigint NOT NULL DEFAULT 0,
    readings_repeated bigint NOT NULL DEFAULT 0,
    events_stored bigint NOT NULL DEFAULT 0,
    events_repeated bigint NOT NULL DEFAULT 0,
    events_unreadable bigint NOT NULL DEFAULT 0,
    unreadable_repeated bigint NOT NULL DEFAULT 0,
    set_aside bigint NOT NULL DEFAULT 0,        -- of the unreadable: those that could not be stored for a reason of ours
    quarantined bigint NOT NULL DEFAULT 0,      -- messages kept as they came, unreadable ones and strangers'
    readings_late bigint NOT NULL DEFAULT 0,    -- of the stored: older than a month when they came, gone before the others
    PRIMARY KEY (hour, lane, source, epoch)
) WITH (fillfactor = 50);                       -- written with every batch: new versions stay on their page

-- What the core found and was carried out, by what it was about: `raise_alert` of `sos`, `report_maintenance` of ...
CREATE TABLE finding_tally (
    hour timestamptz NOT NULL,
    lane text NOT NULL,                         -- `time`: found when nothing came
    epoch bigint NOT NULL,
    finding text NOT NULL,
    kind text NOT NULL,
    found bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (hour, lane, epoch, finding, kind)
) WITH (fillfactor = 50);

-- `hub verify` asks the owner to compare what it has in memory with the rows; the owner writes what it found.
CREATE TABLE state_comparison (
    id uuid PRIMARY KEY,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,                    -- null: it has not been round yet
    epoch bigint,
    compared bigint,
    different bigint,
    subject_ids uuid[]                          -- some of those that differed
);

-- Rows come in the order in which they were received: a few bytes a megabyte find an hour's among all that were stored.
CREATE INDEX reading_received ON reading USING brin (received_at);
CREATE INDEX device_event_received ON device_event USING brin (received_at);
