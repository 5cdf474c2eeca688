-- create --
-- No row when there is no such division; the other columns follow by `set_columns`.
INSERT INTO recipient (id, division_id, name, timezone)
SELECT %(id)s, id, %(name)s, timezone FROM division WHERE id = %(division_id)s

-- lock_one --
-- For a change; the profile is merged with what is stored, so it is read under the lock.
SELECT division_id, monitoring FROM recipient WHERE id = %(id)s AND in_scope(division_id, %(scope)s) FOR UPDATE

-- set_columns --
-- A column that is not named in the JSON keeps its value. A consent that is taken back erases the photo.
WITH photo AS (
    DELETE FROM recipient_photo WHERE recipient_id = %(id)s AND (%(given)s::jsonb ->> 'photo_consent') = 'false'
)
UPDATE recipient
   SET (name, timezone, group_name, sex, birth_date, phone, address, address_note, home_lat, home_lon,
        lives_alone, categories, ability, care_notes, location_consent, photo_consent, monitoring, ended_at, ended_reason)
     = (SELECT n.name, n.timezone, n.group_name, n.sex, n.birth_date, n.phone, n.address, n.address_note,
               n.home_lat, n.home_lon, n.lives_alone,
               n.categories, n.ability, n.care_notes, n.location_consent, n.photo_consent, n.monitoring,
               n.ended_at, n.ended_reason
          FROM jsonb_populate_record(recipient, %(given)s) AS n),
       updated_at = clock_timestamp()
 WHERE id = %(id)s
RETURNING name, group_name, address

-- set_search_keys --
-- What the person is found by, written with what it is made of.
UPDATE recipient SET name_pinyin = %(name_pinyin)s, search_keys = array_to_tsvector(%(keys)s::text[]) WHERE id = %(id)s

-- without_search_keys --
-- Written before the hub kept keys, or by another hand.
SELECT id, name, group_name, address FROM recipient WHERE search_keys IS NULL LIMIT %(limit)s

-- move --
-- To another division; no row when there is none.
UPDATE recipient SET division_id = d.id FROM division d WHERE d.id = %(division_id)s AND recipient.id = %(id)s

-- move_along --
-- Contacts, modes, assignments and the devices that are worn now are where the person is.
WITH contacts AS (
    UPDATE contact SET division_id = %(division_id)s WHERE recipient_id = %(id)s
), modes AS (
    UPDATE recipient_mode SET division_id = %(division_id)s WHERE recipient_id = %(id)s
), photo AS (
    UPDATE recipient_photo SET division_id = %(division_id)s WHERE recipient_id = %(id)s
), worn AS (
    UPDATE assignment SET division_id = %(division_id)s
     WHERE recipient_id = %(id)s AND (until_at IS NULL OR until_at > clock_timestamp())
    RETURNING device_id
), states AS (
    UPDATE device_state s SET division_id = %(division_id)s FROM worn WHERE s.device_id = worn.device_id
)
UPDATE device d SET division_id = %(division_id)s FROM worn WHERE d.id = worn.device_id

-- file --
-- The whole file in one look.
SELECT r.id, r.name, r.division_id, d.name AS division_name, r.group_name, r.address, r.phone, r.lives_alone,
       r.ended_at, r.timezone,
       CASE WHEN h.id IS NOT NULL THEN jsonb_build_object('id', h.id, 'name', h.name, 'address', h.address,
                                                          'plan', h.plan) END AS household,
       CASE WHEN r.home_lat IS NOT NULL THEN jsonb_build_object('lat', r.home_lat, 'lon', r.home_lon) END AS home,
       r.sex, r.birth_date, r.address_note, r.categories, r.ability, r.care_notes, r.location_consent,
       r.photo_consent, r.monitoring,
       (SELECT p.taken_in_at FROM recipient_photo p WHERE p.recipient_id = r.id) AS photo_taken_in_at,
       r.ended_reason, r.created_at, r.updated_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'phone', c.phone,
                                                     'relation', c.relation, 'order', c.call_order,
                                                     'holds_key', c.holds_key)
                                  ORDER BY c.call_order, c.created_at, c.id), '[]')
          FROM contact c WHERE c.recipient_id = r.id) AS contacts,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'kind', v.kind, 'model', v.model, 'phone', v.phone,
                                                     'online', s.online, 'last_seen_at', s.last_seen_at,
                                                     'battery_pct', s.battery_pct,
                                                     'charging', s.charging, 'worn', s.worn,
                                                     'signal_dbm', s.signal_dbm) ORDER BY a.from_at, v.id), '[]')
          FROM assignment a JOIN device v ON v.id = a.device_id LEFT JOIN device_state s ON s.device_id = v.id
         WHERE a.recipient_id = r.id AND a.from_at <= clock_timestamp()
           AND (a.until_at IS NULL OR a.until_at > clock_timestamp())) AS devices,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'mode', m.mode, 'from', m.from_at, 'until', m.until_at,
                                                     'set_by', m.set_by, 'ended_by', m.ended_by,
                                                     'ended_at', m.ended_at, 'ended_why', m.ended_why)
                                  ORDER BY m.from_at, m.id), '[]')
          FROM recipient_mode m
         WHERE m.recipient_id = r.id AND (m.until_at IS NULL OR m.until_at > clock_timestamp())) AS modes
  FROM recipient r JOIN division d ON d.id = r.division_id LEFT JOIN household h ON h.id = r.household_id
 WHERE r.id = %(id)s AND in_scope(r.division_id, %(scope)s)

-- notify_worn_devices --
-- What changed about a person holds for the next packet of each of their devices.
SELECT pg_notify('registry', a.device_id::text) FROM assignment a
 WHERE a.recipient_id = %(id)s AND (a.until_at IS NULL OR a.until_at > clock_timestamp())
