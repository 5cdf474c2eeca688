-- Every command that was carried out on an incident, in the transaction that did it: applied again in their order they
-- give the row again (`alerts.replay`). Never changed; erased with their incident.
CREATE TABLE incident_command (
    incident_id uuid NOT NULL REFERENCES incident ON DELETE CASCADE,
    division_id text COLLATE "C" NOT NULL,
    n integer NOT NULL,                     -- counts from 1; the incident's `version` is that of its last one
    at timestamptz NOT NULL,                -- the moment it was decided for
    rules_version integer NOT NULL,         -- of the core that decided
    command jsonb NOT NULL,                 -- its name and all that the decision read (`alerts.written`)
    PRIMARY KEY (incident_id, n)
);

-- A deadline that could not be carried out comes again then. `due_at` stays what the core decided, so that a replay
-- finds it, and how late a step was can be seen.
ALTER TABLE timer ADD COLUMN retry_at timestamptz;
CREATE INDEX timer_retry ON timer (retry_at) WHERE retry_at IS NOT NULL;

-- Whose ladder a step shares.
CREATE INDEX incident_recipient_not_closed ON incident (recipient_id) WHERE state <> 'closed' AND recipient_id IS NOT NULL;
