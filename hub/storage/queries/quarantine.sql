-- put --
-- With the reason: device, topic, offset or field.
INSERT INTO quarantined_message (id, division_id, device_id, topic, reason, payload, payload_bytes, received_at,
                                 incident_id)
VALUES (%(id)s, %(division_id)s, %(device_id)s, %(topic)s, %(reason)s, %(payload)s, %(payload_bytes)s, %(received_at)s,
        %(incident_id)s)
