-- A place has several rosters, and something may be wrong with each: what an item is about beside its place.
ALTER TABLE maintenance_item ADD COLUMN about text NOT NULL DEFAULT '';
DROP INDEX maintenance_item_one_open;
CREATE UNIQUE INDEX maintenance_item_one_open
    ON maintenance_item (kind, coalesce(device_id, recipient_id, '00000000-0000-0000-0000-000000000000'::uuid),
                         (CASE WHEN device_id IS NULL AND recipient_id IS NULL THEN division_id ELSE '' END), about)
    WHERE state = 'open';
-- A station that is closed at night has hours that nobody is meant to have. The same in all entries of one writing.
ALTER TABLE roster_entry ADD COLUMN gaps_intended boolean NOT NULL DEFAULT false;
