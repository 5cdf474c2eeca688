-- people --
-- Village by village, group by group, by name: as one walks.
SELECT r.id, r.division_id, d.name AS division_name, r.group_name, r.name, r.sex, r.birth_date, r.ability, r.lives_alone,
       r.address, r.address_note, r.phone,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('name', c.name, 'phone', c.phone, 'relation', c.relation,
                                                     'holds_key', c.holds_key)
                                  ORDER BY c.call_order, c.created_at, c.id), '[]')
          FROM contact c WHERE c.recipient_id = r.id) AS contacts,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', v.kind, 'phone', v.phone) ORDER BY a.from_at, v.id), '[]')
          FROM assignment a JOIN device v ON v.id = a.device_id
         WHERE a.recipient_id = r.id AND a.from_at <= clock_timestamp()
           AND (a.until_at IS NULL OR a.until_at > clock_timestamp())) AS devices
  FROM recipient r JOIN division d ON d.id = r.division_id
 WHERE in_scope(r.division_id, %(scope)s) AND (r.ended_at IS NULL OR r.ended_at > clock_timestamp())
 ORDER BY r.division_id, r.group_name NULLS LAST, r.name_pinyin, r.id LIMIT %(limit)s

-- count --
-- How many there are in all.
SELECT count(*) FROM recipient r
 WHERE in_scope(r.division_id, %(scope)s) AND (r.ended_at IS NULL OR r.ended_at > clock_timestamp())
