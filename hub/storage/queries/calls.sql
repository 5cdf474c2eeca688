-- whose_number --
-- Who has this number, or one that ends in it - or whose own is the end of it: a number of the place, called with its
-- area code. Compared from the last digit on, as a range that an index serves.
WITH found AS (
    SELECT 'recipient' AS type, r.id, r.name, NULL AS role, r.phone, r.id AS recipient_id, r.division_id
      FROM recipient r
     WHERE r.phone IS NOT NULL
       AND ((reverse(bare_number(r.phone)) COLLATE "C" >= %(tail)s
             AND reverse(bare_number(r.phone)) COLLATE "C" < %(tail_end)s)
            OR reverse(bare_number(r.phone)) COLLATE "C" = ANY(%(shorter)s))
    UNION ALL
    SELECT 'device', v.id, v.kind, v.model, v.phone, a.recipient_id, v.division_id
      FROM device v LEFT JOIN assignment a ON a.device_id = v.id AND a.until_at IS NULL
     WHERE v.phone IS NOT NULL
       AND ((reverse(bare_number(v.phone)) COLLATE "C" >= %(tail)s
             AND reverse(bare_number(v.phone)) COLLATE "C" < %(tail_end)s)
            OR reverse(bare_number(v.phone)) COLLATE "C" = ANY(%(shorter)s))
    UNION ALL
    SELECT 'contact', c.id, c.name, c.relation, c.phone, c.recipient_id, c.division_id
      FROM contact c
     WHERE (reverse(bare_number(c.phone)) COLLATE "C" >= %(tail)s
            AND reverse(bare_number(c.phone)) COLLATE "C" < %(tail_end)s)
        OR reverse(bare_number(c.phone)) COLLATE "C" = ANY(%(shorter)s)
    UNION ALL
    SELECT 'helper', h.id, p.name, h.role, p.phone, NULL, h.division_id
      FROM roster_entry h
     CROSS JOIN LATERAL (
           SELECT h.name, h.phone WHERE h.rotation IS NULL
           UNION ALL
           SELECT one ->> 'name', one ->> 'phone' FROM jsonb_array_elements(h.rotation -> 'people') AS one) AS p
     WHERE h.replaced_at IS NULL AND p.phone IS NOT NULL
       AND ((reverse(bare_number(p.phone)) COLLATE "C" >= %(tail)s
             AND reverse(bare_number(p.phone)) COLLATE "C" < %(tail_end)s)
            OR reverse(bare_number(p.phone)) COLLATE "C" = ANY(%(shorter)s))
)
SELECT f.type, f.id, f.name, f.role, f.phone, bare_number(f.phone) = reverse(%(tail)s) AS exact,
       (SELECT string_agg(d.name, '' ORDER BY d.id) FROM division d
         WHERE d.id IN (left(f.division_id, 9) || '000', f.division_id)
           AND d.level IN ('township', 'village')) AS place,
       CASE WHEN r.id IS NOT NULL
            THEN jsonb_build_object('id', r.id, 'name', r.name, 'division_id', r.division_id,
                                    'birth_date', r.birth_date, 'lives_alone', r.lives_alone,
                                    'place', concat_ws(' ', (SELECT string_agg(d.name, '' ORDER BY d.id) FROM division d
                                                              WHERE d.id IN (left(r.division_id, 9) || '000',
                                                                             r.division_id)
                                                                AND d.level IN ('township', 'village')),
                                                       r.group_name, r.address)) END AS recipient,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'id', i.id, 'code', i.code, 'kind', i.kind, 'severity', i.severity, 'state', i.state,
                   'opened_at', i.opened_at, 'acknowledged_by', i.acknowledged_by) ORDER BY i.opened_at, i.id), '[]')
          FROM incident i WHERE i.recipient_id = f.recipient_id AND i.state <> 'closed'
                            AND in_scope(i.division_id, %(scope)s)) AS incidents
  FROM found f LEFT JOIN recipient r ON r.id = f.recipient_id AND in_scope(r.division_id, %(scope)s)
 WHERE in_scope(f.division_id, %(scope)s)
 ORDER BY exact DESC, array_position(ARRAY['recipient', 'device', 'contact', 'helper'], f.type), f.name, f.id
 LIMIT %(limit)s

-- incidents_of_number --
-- What this number has reported and nobody has closed.
SELECT i.id, i.code, i.kind, i.severity, i.state, i.opened_at, i.acknowledged_by
  FROM incident i
 WHERE i.state <> 'closed' AND i.caller_phone IS NOT NULL AND in_scope(i.division_id, %(scope)s)
   AND bare_number(i.caller_phone) = %(number)s
 ORDER BY i.opened_at, i.id

-- register --
-- Whatever became of it.
INSERT INTO incoming_call (id, division_id, number, caller, recipient_id, purpose, note, outcome, incident_id,
                           registered_at, registered_by)
VALUES (%(id)s, %(division_id)s, %(number)s, %(caller)s, %(recipient_id)s, %(purpose)s, %(note)s, %(outcome)s,
        %(incident_id)s, clock_timestamp(), %(by)s)

-- in_scope --
-- A page of the list, the newest first, or one by its id. Searched: the number's digits, names, what was said, the code.
SELECT c.id, c.division_id, c.number, c.caller,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS recipient,
       c.purpose, c.note, c.outcome,
       CASE WHEN i.id IS NOT NULL THEN jsonb_build_object('id', i.id, 'code', i.code, 'kind', i.kind,
                                                          'severity', i.severity, 'state', i.state,
                                                          'opened_at', i.opened_at,
                                                          'acknowledged_by', i.acknowledged_by) END AS incident,
       c.registered_at, c.registered_by
  FROM incoming_call c
  LEFT JOIN recipient r ON r.id = c.recipient_id
  LEFT JOIN incident i ON i.id = c.incident_id
 WHERE in_scope(c.division_id, %(scope)s)
   AND (%(id)s::uuid IS NULL OR c.id = %(id)s)
   AND (%(purpose)s::text IS NULL OR c.purpose = %(purpose)s)
   AND (%(search)s::text IS NULL
        OR strpos(lower(concat_ws(' ', r.name, c.caller ->> 'name', c.note, i.code)), lower(%(search)s)) > 0
        OR (length(bare_number(%(search)s)) >= 4 AND strpos(bare_number(c.number), bare_number(%(search)s)) > 0))
   AND (%(before_at)s::timestamptz IS NULL OR (c.registered_at, c.id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY c.registered_at DESC, c.id DESC LIMIT %(limit)s
