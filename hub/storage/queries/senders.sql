-- find --
-- Fresh in every transaction: a revocation or a new gateway holds at once.
SELECT id, division_id, kind, gateway_id, revoked_at IS NOT NULL AS revoked, created_at AS registered_at
  FROM device WHERE id = ANY(%(ids)s)

-- find_by_keys --
-- A vendor names a device by its serial number, spelt as it likes; never cached either.
SELECT canonical_device_key(serial), id, division_id, kind, gateway_id, revoked_at IS NOT NULL, created_at
  FROM device WHERE canonical_device_key(serial) = ANY(%(keys)s)

-- wearers --
-- The assignment at that moment; a press of a device nobody has is shown with who had it last.
SELECT asked.position::integer, current.recipient_id, current.division_id, current.location_consent,
       CASE WHEN current.recipient_id IS NULL THEN
           (SELECT a.recipient_id FROM assignment a WHERE a.device_id = asked.device_id ORDER BY a.from_at DESC LIMIT 1)
       END AS last_wearer_id
  FROM unnest(%(devices)s::uuid[], %(moments)s::timestamptz[]) WITH ORDINALITY AS asked(device_id, moment, position)
  LEFT JOIN LATERAL (
       SELECT r.id AS recipient_id, r.division_id, r.location_consent
         FROM assignment a JOIN recipient r ON r.id = a.recipient_id
        WHERE a.device_id = asked.device_id AND a.from_at <= asked.moment
          AND (a.until_at IS NULL OR a.until_at > asked.moment)
        ORDER BY a.from_at DESC LIMIT 1
  ) AS current ON true
 ORDER BY asked.position
