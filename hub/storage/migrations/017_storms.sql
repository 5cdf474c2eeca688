-- What a desk needs when much comes at once: groups that show what belongs together, shelves that set nuisances aside.

-- Incidents that came together because of one thing. A way of showing only: no clock and no lock depends on it.
CREATE TABLE incident_group (
    id uuid PRIMARY KEY,                    -- follows from cause, key and first member
    division_id text COLLATE "C" NOT NULL,  -- where it is: the village, else the county
    cause text NOT NULL CHECK (cause IN ('gateway', 'village', 'source', 'model', 'division', 'kind')),
    key text NOT NULL,
    began_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    members integer NOT NULL
);
CREATE INDEX incident_group_last ON incident_group (last_at DESC, id);

-- Whoever is in a group stays in it. Apart from `incident`, so that grouping never waits for a row that a person changes.
CREATE TABLE incident_group_member (
    incident_id uuid PRIMARY KEY REFERENCES incident ON DELETE CASCADE,
    group_id uuid NOT NULL REFERENCES incident_group ON DELETE CASCADE,
    division_id text COLLATE "C" NOT NULL
);
CREATE INDEX incident_group_member_group ON incident_group_member (group_id);

-- Set aside by a person, for a time, with a reason: all of a device, or some kinds of a recipient.
CREATE TABLE shelf (
    id uuid PRIMARY KEY,
    division_id text COLLATE "C" NOT NULL,
    device_id uuid REFERENCES device ON DELETE CASCADE,
    recipient_id uuid REFERENCES recipient ON DELETE CASCADE,
    kinds text[] NOT NULL CHECK (cardinality(kinds) > 0),
    reason text NOT NULL CHECK (reason <> ''),
    created_at timestamptz NOT NULL,
    created_by jsonb NOT NULL,              -- {type, id, name}
    until_at timestamptz NOT NULL CHECK (until_at > created_at),
    ended_at timestamptz,
    ended_by jsonb,                         -- {type, id, name}; null: by time
    CHECK (num_nonnulls(device_id, recipient_id) = 1)
);
CREATE INDEX shelf_holding_device ON shelf (device_id) WHERE ended_at IS NULL;
CREATE INDEX shelf_holding_recipient ON shelf (recipient_id) WHERE ended_at IS NULL;
CREATE INDEX shelf_order ON shelf (created_at DESC, id);

-- A shelf ends by its timer, as everything that must happen at a time.
ALTER TABLE timer DROP CONSTRAINT timer_owner_type_check;
ALTER TABLE timer ADD CONSTRAINT timer_owner_type_check CHECK (owner_type IN ('incident', 'alert', 'shelf'));

-- What is set aside is an alert all the same: recorded and counted, and raised anew if it still lasts when the shelf ends.
ALTER TABLE alert ADD COLUMN shelf_id uuid REFERENCES shelf ON DELETE SET NULL;
ALTER TABLE alert DROP CONSTRAINT alert_state_check;
ALTER TABLE alert ADD CONSTRAINT alert_state_check CHECK (state IN ('pending', 'active', 'cleared', 'shelved'));
ALTER TABLE alert ADD CONSTRAINT alert_shelved_check CHECK (state <> 'shelved' OR incident_id IS NULL);
CREATE INDEX alert_shelf ON alert (shelf_id) WHERE shelf_id IS NOT NULL;
CREATE INDEX alert_shelved ON alert (kind, coalesce(recipient_id, device_id)) WHERE state = 'shelved';

-- What belongs to no device and no person belongs to its place: two villages can be without power at once.
DROP INDEX maintenance_item_one_open;
CREATE UNIQUE INDEX maintenance_item_one_open
    ON maintenance_item (kind, coalesce(device_id, recipient_id, '00000000-0000-0000-0000-000000000000'::uuid),
                         (CASE WHEN device_id IS NULL AND recipient_id IS NULL THEN division_id ELSE '' END))
    WHERE state = 'open';
-- A thousand silent devices of a village without power are one item: theirs are inside it.
ALTER TABLE maintenance_item ADD COLUMN folded_into uuid REFERENCES maintenance_item;
CREATE INDEX maintenance_item_folded ON maintenance_item (folded_into) WHERE folded_into IS NOT NULL;
-- Told of inside another notification's text, because the telephone is told of many.
ALTER TABLE notification ADD COLUMN bundled_with uuid REFERENCES notification;
-- The devices of which a power cut is told, and how each told it.
CREATE TABLE power_cut_device (
    item_id uuid NOT NULL REFERENCES maintenance_item ON DELETE CASCADE,
    device_id uuid NOT NULL REFERENCES device ON DELETE CASCADE,
    division_id text COLLATE "C" NOT NULL,
    recipient_id uuid REFERENCES recipient ON DELETE SET NULL,  -- whose it was then
    sign text NOT NULL CHECK (sign IN ('silent', 'unplugged')),
    PRIMARY KEY (item_id, device_id)
);
CREATE INDEX power_cut_device_device ON power_cut_device (device_id);
-- The chargers of a village go out in the same minute.
CREATE INDEX device_event_unplugged ON device_event (received_at) WHERE event = 'charging_ended';
