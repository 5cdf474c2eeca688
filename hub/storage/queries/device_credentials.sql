-- find --
-- A user name is a device's id.
SELECT id, kind = 'gateway' AS is_gateway, secret_sha256, revoked_at IS NOT NULL AS revoked
  FROM device WHERE id = ANY(%(device_ids)s)

-- children --
-- For whom a gateway may subscribe.
SELECT id FROM device WHERE gateway_id = %(gateway_id)s AND revoked_at IS NULL
