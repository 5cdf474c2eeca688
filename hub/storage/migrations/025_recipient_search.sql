-- People are found by name, pinyin, the end of a telephone number, a device's number, or their place.

-- Written by the hub beside the name (hub/storage/pinyin.py); null: not yet, `hub migrate` fills it in.
-- `search_keys` holds what is looked for from its beginning: name, group and address from each letter on, and pinyin.
-- A text search vector needs no extension and answers "begins with" by its index.
ALTER TABLE recipient
    ADD COLUMN name_pinyin text COLLATE "C",   -- the order in which lists are read
    ADD COLUMN search_keys tsvector;

CREATE INDEX recipient_search_keys ON recipient USING gin (search_keys);
CREATE INDEX recipient_in_order ON recipient (division_id, name_pinyin, id);

-- A number read from its end: what somebody remembers of it, and what a display shows of it, are the last digits.
CREATE FUNCTION phone_key(phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT reverse(regexp_replace(phone, '[^0-9]', '', 'g'))
$$;
CREATE INDEX recipient_phone_key ON recipient (phone_key(phone) COLLATE "C");
CREATE INDEX contact_phone_key ON contact (phone_key(phone) COLLATE "C");
CREATE INDEX device_phone_key ON device (phone_key(phone) COLLATE "C");

-- A serial number as it is typed from a label: without case, spaces and hyphens; from its beginning or from its end.
CREATE FUNCTION serial_key(serial text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(serial, '[^0-9A-Za-z]', '', 'g'))
$$;
CREATE INDEX device_serial_key ON device (serial_key(serial) COLLATE "C");
CREATE INDEX device_serial_tail ON device (reverse(serial_key(serial)) COLLATE "C");

-- The devices that one word names: its id from the beginning (8 digits at least) or, of its serial and telephone
-- numbers, 3 at least. '~' follows every letter and digit, so each comparison is a range of an index.
CREATE FUNCTION devices_named(word text) RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT v.id FROM device v
     WHERE length(word) >= 3 AND serial_key(v.serial) COLLATE "C" >= word COLLATE "C"
       AND serial_key(v.serial) COLLATE "C" < (word || '~') COLLATE "C"
    UNION
    SELECT v.id FROM device v
     WHERE length(word) >= 3 AND reverse(serial_key(v.serial)) COLLATE "C" >= reverse(word) COLLATE "C"
       AND reverse(serial_key(v.serial)) COLLATE "C" < (reverse(word) || '~') COLLATE "C"
    UNION
    SELECT v.id FROM device v
     WHERE word ~ '^[0-9]{3,}$' AND phone_key(v.phone) COLLATE "C" >= reverse(word) COLLATE "C"
       AND phone_key(v.phone) COLLATE "C" < (reverse(word) || '~') COLLATE "C"
    UNION
    SELECT v.id FROM device v
     WHERE v.id BETWEEN CASE WHEN word ~ '^[0-9a-f]{8,32}$' THEN rpad(word, 32, '0')::uuid END
                    AND CASE WHEN word ~ '^[0-9a-f]{8,32}$' THEN rpad(word, 32, 'f')::uuid END
$$;

-- The people whom every one of these words names (hub.storage.search_words makes them of what was typed): by what
-- `search_keys` holds, by a telephone number of their own or of a contact, by a device they have, or by their place or
-- one above it.
CREATE FUNCTION recipients_found(words text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE AS $$
    SELECT named.id
      FROM unnest(words) AS typed(word)
     CROSS JOIN LATERAL (
        SELECT r.id FROM recipient r WHERE r.search_keys @@ ('''' || typed.word || ''':*')::tsquery
        UNION
        SELECT r.id FROM recipient r
         WHERE typed.word ~ '^[0-9]{3,}$' AND phone_key(r.phone) COLLATE "C" >= reverse(typed.word) COLLATE "C"
           AND phone_key(r.phone) COLLATE "C" < (reverse(typed.word) || '~') COLLATE "C"
        UNION
        SELECT c.recipient_id FROM contact c
         WHERE typed.word ~ '^[0-9]{3,}$' AND phone_key(c.phone) COLLATE "C" >= reverse(typed.word) COLLATE "C"
           AND phone_key(c.phone) COLLATE "C" < (reverse(typed.word) || '~') COLLATE "C"
        UNION
        SELECT a.recipient_id FROM devices_named(typed.word) AS v(id) JOIN assignment a ON a.device_id = v.id
         WHERE a.from_at <= clock_timestamp() AND (a.until_at IS NULL OR a.until_at > clock_timestamp())
        UNION
        SELECT r.id FROM division d
          JOIN recipient r ON r.division_id >= division_prefix(d.id) AND r.division_id < (division_prefix(d.id) || '~')
         WHERE strpos(lower(d.name), typed.word) > 0
     ) AS named
     GROUP BY named.id HAVING count(*) = cardinality(words)
$$;

-- What is wrong with the devices of a page of people.
CREATE INDEX maintenance_item_open_device ON maintenance_item (device_id) WHERE state = 'open' AND device_id IS NOT NULL;
