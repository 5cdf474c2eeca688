-- find --
-- A user name is a device's id.
SELECT id, kind = 'gateway' AS is_gateway, secret_sha256, revoked_at IS NOT NULL AS revoked
  FROM device WHERE id = ANY(%(device_ids)s)

-- all --
-- Whoever may come in, a page at a time: what is known by heart while the database is away.
SELECT id, kind = 'gateway' AS is_gateway, secret_sha256, false AS revoked
  FROM device WHERE revoked_at IS NULL AND id > %(after)s ORDER BY id LIMIT %(most)s

-- children --
-- For whom a gateway may subscribe.
SELECT id FROM device WHERE gateway_id = %(gateway_id)s AND revoked_at IS NULL
