-- merge_targets --
-- What is not closed and may be the same matter: of the same person or device, or of the same telephone where one of
-- the two has nobody on file. Two people on file are never one matter, whoever called about them.
SELECT o.id
  FROM incident i JOIN incident o ON o.id <> i.id AND o.state <> 'closed'
 WHERE i.id = %(id)s AND in_scope(i.division_id, %(scope)s) AND in_scope(o.division_id, %(scope)s)
   AND (o.recipient_id = i.recipient_id
        OR o.subject_type = i.subject_type AND o.subject_id = i.subject_id
        OR (i.recipient_id IS NULL OR o.recipient_id IS NULL)
           AND (bare_number(o.caller_phone) = bare_number(i.caller_phone)
                OR EXISTS (
                   SELECT FROM recipient r WHERE r.id = coalesce(o.recipient_id, i.recipient_id)
                      AND bare_number(CASE WHEN i.recipient_id IS NULL THEN i.caller_phone ELSE o.caller_phone END) IN (
                          SELECT bare_number(r.phone)
                           UNION ALL SELECT bare_number(c.phone) FROM contact c WHERE c.recipient_id = r.id
                           UNION ALL SELECT bare_number(v.phone) FROM assignment a JOIN device v ON v.id = a.device_id
                                      WHERE a.recipient_id = r.id AND a.from_at <= clock_timestamp()
                                        AND (a.until_at IS NULL OR a.until_at > clock_timestamp())))))
 ORDER BY o.opened_at, o.id LIMIT 50
