-- The quarantine has an end: of each device, reason and day so many messages are kept as they came, and all are counted.

CREATE TABLE quarantine_summary (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,                 -- the device; of devices nobody registered: their source, one name a lane
    device_id uuid,                         -- null: a device nobody registered
    division_id text COLLATE "C" NOT NULL,
    reason_code text NOT NULL,
    day date NOT NULL,                      -- of receipt, UTC
    messages bigint NOT NULL,               -- all of them
    kept bigint NOT NULL DEFAULT 0,         -- of these, so many are still there as they came
    kept_bytes bigint NOT NULL DEFAULT 0,
    forgotten bigint[] NOT NULL DEFAULT array_fill(0::bigint, ARRAY[24]),  -- the others, by hour of the day
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    topic text NOT NULL,                    -- of the first message, as the rest
    reason jsonb NOT NULL,
    sample bytea NOT NULL,                  -- cut to its beginning
    payload_bytes integer NOT NULL,
    UNIQUE (owner_id, reason_code, day)
) WITH (fillfactor = 70);                   -- counted up by every message
CREATE INDEX quarantine_summary_order ON quarantine_summary (last_at DESC, id) WHERE messages > kept;

ALTER TABLE quarantined_message ADD COLUMN summary_id uuid;   -- null: older than the summaries

-- How many messages were quarantined in an hour of receipt, kept or only counted.
CREATE VIEW quarantine_by_hour AS
SELECT date_trunc('hour', received_at, 'UTC') AS hour, count(*)::bigint AS messages FROM quarantined_message GROUP BY 1
 UNION ALL
SELECT (day + make_interval(hours => (counted.number - 1)::integer)) AT TIME ZONE 'UTC', counted.messages
  FROM quarantine_summary, unnest(forgotten) WITH ORDINALITY AS counted(messages, number)
 WHERE counted.messages > 0;

-- A stranger's flags are forgotten some day; so are the states of those whom nobody knows any more.
CREATE INDEX device_level_changed ON device_level (changed_at);
CREATE INDEX alert_cleared_before ON alert (cleared_at) WHERE incident_id IS NULL;
