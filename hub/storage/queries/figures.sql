-- count_all --
-- Only what is not finished is counted, by the partial indexes: cheap however long the hub has run.
SELECT 'incidents', jsonb_build_object('state', state, 'severity', severity), count(*)
  FROM incident WHERE state <> 'closed' GROUP BY state, severity
UNION ALL
SELECT 'oldest_open_incident_age_seconds', '{}', coalesce(extract(epoch FROM clock_timestamp() - min(opened_at)), 0)
  FROM incident WHERE state = 'open'
UNION ALL
SELECT 'timers_overdue', '{}', count(*) FROM timer WHERE due_at < clock_timestamp() - interval '5 seconds'
UNION ALL
SELECT 'notifications_pending', '{}', count(*) FROM notification WHERE state IN ('owed', 'sending')
UNION ALL
SELECT 'oldest_pending_notification_age_seconds', '{}',
       coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)
  FROM notification WHERE state IN ('owed', 'sending')
UNION ALL
SELECT 'maintenance_items_open', jsonb_build_object('kind', kind), count(*)
  FROM maintenance_item WHERE state = 'open' GROUP BY kind
UNION ALL
SELECT 'follow_ups_open', jsonb_build_object('kind', kind), count(*)
  FROM follow_up WHERE state <> 'closed' GROUP BY kind
UNION ALL
SELECT 'devices_test_overdue', '{}', count(*)
  FROM device v JOIN assignment a ON a.device_id = v.id AND a.from_at <= clock_timestamp()
                                 AND (a.until_at IS NULL OR a.until_at > clock_timestamp())
  LEFT JOIN device_test t ON t.device_id = v.id
 WHERE test_due_at(v, a.from_at, t.tested_at) < clock_timestamp()
UNION ALL
SELECT 'devices_online', '{}', count(*) FROM device_state WHERE online
