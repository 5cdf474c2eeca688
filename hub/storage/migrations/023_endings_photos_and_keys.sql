-- How an incident ended beyond its disposition, and which one it was merged into.
ALTER TABLE incident
    ADD COLUMN outcome text,            -- what came of a real one: alerts.incidents.Ending
    ADD COLUMN cause text,              -- why there was a false one: alerts.incidents.FalseCause
    ADD COLUMN duplicate_of uuid REFERENCES incident,
    ADD CONSTRAINT incident_outcome_of_real CHECK (outcome IS NULL OR disposition = 'real'),
    ADD CONSTRAINT incident_cause_of_false CHECK (cause IS NULL OR disposition = 'false'),
    ADD CONSTRAINT incident_merged_is_duplicate CHECK (duplicate_of IS NULL OR disposition = 'duplicate');
CREATE INDEX incident_duplicate_of ON incident (duplicate_of) WHERE duplicate_of IS NOT NULL;

-- Who can open the door: shown with the address.
ALTER TABLE contact ADD COLUMN holds_key boolean NOT NULL DEFAULT false;

-- A face for whoever goes there. Without consent it is not shown; a consent that is taken back erases it.
ALTER TABLE recipient ADD COLUMN photo_consent boolean NOT NULL DEFAULT false;
CREATE TABLE recipient_photo (
    recipient_id uuid PRIMARY KEY REFERENCES recipient ON DELETE CASCADE,  -- erased with the person
    division_id text COLLATE "C" NOT NULL,
    media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png', 'image/webp')),
    content bytea NOT NULL CHECK (octet_length(content) <= 524288),
    taken_in_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX recipient_photo_division ON recipient_photo (division_id);
