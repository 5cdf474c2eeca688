-- Devices whose clock has given trouble; a device with a right clock has no row.

-- Readings of these devices are looked up in the ledger of identities before they are stored, whatever their time says:
-- a first copy may have been stored at another time. A row outlives the ledger's 72 h (hub/storage/queries/retention.sql).
CREATE TABLE device_clock (
    device_id uuid PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    clock_offset interval NOT NULL,         -- believed: added to what the device says; 0: it is right, as far as known
    former_offset interval,                 -- believed before that
    supposed_low interval,                  -- an offset that is supposed: the least and the greatest time that messages
    supposed_high interval,                 -- were late by, how many agree in it and since when,
    supposed_messages integer,
    supposed_from timestamptz,
    supposed_continues boolean,             -- and whether it may as well be a buffer that is being emptied
    wrong_at timestamptz,                   -- last time that no belief explained
    reported boolean NOT NULL,              -- the maintenance item is open
    touched_at timestamptz NOT NULL
);
