-- find --
-- Whom every word names; the list then keeps those in scope.
SELECT recipients_found(%(words)s::text[])

-- list_in_scope --
-- Village by village, by name. The page is cut first: what stands beside a person is looked up for those who are shown.
WITH page AS (
    SELECT r.id, r.name, r.division_id, coalesce(r.name_pinyin, '') AS name_pinyin, r.group_name, r.address, r.phone,
           r.lives_alone, r.ended_at, r.ended_reason, r.sex, r.birth_date, r.categories, r.ability
      FROM recipient r
     WHERE in_scope(r.division_id, %(scope)s)
       AND (%(found)s::uuid[] IS NULL OR r.id = ANY(%(found)s))
       AND (%(category)s::text IS NULL OR %(category)s = ANY(r.categories))
       AND (%(ability)s::text IS NULL OR r.ability = %(ability)s)
       AND (%(mode)s::text IS NULL
            OR %(mode)s = coalesce((SELECT m.mode FROM recipient_mode m
                                     WHERE m.recipient_id = r.id AND m.from_at <= clock_timestamp()
                                       AND (m.until_at IS NULL OR m.until_at > clock_timestamp())
                                     ORDER BY m.from_at DESC, m.id DESC LIMIT 1), 'home'))
       AND (%(has_open_incident)s::boolean IS NULL
            OR EXISTS (SELECT 1 FROM incident i WHERE i.recipient_id = r.id AND i.state <> 'closed')
               = %(has_open_incident)s)
       AND (%(has_device)s::boolean IS NULL
            OR EXISTS (SELECT 1 FROM assignment a WHERE a.recipient_id = r.id AND a.from_at <= clock_timestamp()
                          AND (a.until_at IS NULL OR a.until_at > clock_timestamp())) = %(has_device)s)
       AND (%(ended)s::boolean IS NULL
            OR (r.ended_at IS NOT NULL AND r.ended_at <= clock_timestamp()) = %(ended)s)
       AND (%(after_id)s::uuid IS NULL
            OR (r.division_id, coalesce(r.name_pinyin, ''), r.id)
               > (%(after_division)s::text, %(after_name)s::text, %(after_id)s))
     ORDER BY r.division_id, coalesce(r.name_pinyin, ''), r.id LIMIT %(limit)s
)
SELECT page.*, d.name AS division_name, mode_now.mode, mode_now.until_at AS mode_until,
       worn.devices, worn.last_seen_at,
       (SELECT count(*) FROM incident i WHERE i.recipient_id = page.id AND i.state <> 'closed') AS open_incidents
  FROM page
  JOIN division d ON d.id = page.division_id
  LEFT JOIN LATERAL (
        SELECT m.mode, m.until_at FROM recipient_mode m
         WHERE m.recipient_id = page.id AND m.from_at <= clock_timestamp()
           AND (m.until_at IS NULL OR m.until_at > clock_timestamp())
         ORDER BY m.from_at DESC, m.id DESC LIMIT 1) AS mode_now ON true
 CROSS JOIN LATERAL (
        SELECT max(s.last_seen_at) AS last_seen_at,
               coalesce(jsonb_agg(jsonb_build_object(
                   'id', v.id, 'kind', v.kind, 'online', s.online, 'last_seen_at', s.last_seen_at,
                   'battery_pct', s.battery_pct, 'charging', s.charging, 'worn', s.worn,
                   'troubles', (SELECT coalesce(jsonb_agg(t.kind ORDER BY t.opened_at), '[]') FROM maintenance_item t
                                 WHERE t.device_id = v.id AND t.state = 'open')) ORDER BY a.from_at, v.id), '[]')
                   AS devices
          FROM assignment a JOIN device v ON v.id = a.device_id LEFT JOIN device_state s ON s.device_id = v.id
         WHERE a.recipient_id = page.id AND a.from_at <= clock_timestamp()
           AND (a.until_at IS NULL OR a.until_at > clock_timestamp())) AS worn
 ORDER BY page.division_id, page.name_pinyin, page.id
