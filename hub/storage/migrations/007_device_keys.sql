-- How vendors name devices, and the flags their snapshots repeat.

-- One spelling of a serial number: no blanks around it, upper case, a MAC without its colons. The same rule as
-- `device_adapters.port.canonical_key`; a test compares the two.
CREATE FUNCTION canonical_device_key(serial text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN key ~ '^[0-9A-F]{2}([:-]?)([0-9A-F]{2}\1){4}[0-9A-F]{2}$' THEN translate(key, ':-', '') ELSE key END
      FROM (SELECT upper(btrim(serial, E' \t\n\r\f\v') COLLATE "C") AS key) AS spelt
$$;
CREATE INDEX device_canonical_key ON device (canonical_device_key(serial)) WHERE serial IS NOT NULL;

-- Where a flag that a device repeats in every snapshot stands ("sos": true): an event only at its edges.
CREATE TABLE device_level (
    device_id uuid NOT NULL,                -- of the registry, or the name given to a device nobody knows
    level text NOT NULL,
    state text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (device_id, level)
);
