-- Where things are on a map: a division's centre, a person's home. Always WGS-84; what maps show is converted there.

ALTER TABLE division
    ADD COLUMN center_lat double precision CHECK (center_lat BETWEEN -90 AND 90),
    ADD COLUMN center_lon double precision CHECK (center_lon BETWEEN -180 AND 180),
    ADD CONSTRAINT division_center_whole CHECK ((center_lat IS NULL) = (center_lon IS NULL));

-- Where the door is: set by a person at the desk, never learned from a device.
ALTER TABLE recipient
    ADD COLUMN home_lat double precision CHECK (home_lat BETWEEN -90 AND 90),
    ADD COLUMN home_lon double precision CHECK (home_lon BETWEEN -180 AND 180),
    ADD CONSTRAINT recipient_home_whole CHECK ((home_lat IS NULL) = (home_lon IS NULL));
