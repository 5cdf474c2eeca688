-- is_native --
-- A partitioned table is ours, a plain one is a hypertable.
SELECT relkind = 'p' FROM pg_class WHERE oid = 'reading'::regclass

-- wait_briefly --
-- Partitions come and go under a lock that readings wait for.
SET LOCAL lock_timeout = '1s'

-- ensure_partitions --
-- Weeks of readings, some before and some after now, so that little falls into the default partition.
SELECT ensure_reading_partitions(now() - interval '28 days', now() + interval '28 days')

-- drop_partitions --
-- The weeks that have served their time.
SELECT drop_reading_partitions(now() - %(period)s)

-- expired_minutes --
-- With TimescaleDB policies do this and the two below.
DELETE FROM rollup_1m WHERE bucket < now() - %(period)s

-- expired_hours --
-- As long as the readings they were computed from.
DELETE FROM rollup_1h WHERE bucket < now() - %(period)s

-- expired_days --
-- As above.
DELETE FROM rollup_1d WHERE bucket < now() - %(period)s

-- locations --
-- Whereabouts are sensitive: a month, unless an incident keeps them. Constants in both bounds: with TimescaleDB a chunk
-- in the columnstore must not even be opened.
UPDATE reading SET lat = NULL, lon = NULL, accuracy_m = NULL, location_source = NULL, location_datum = NULL,
                   location_fixed_at = NULL
 WHERE measured_at >= %(from)s AND measured_at < %(until)s AND lat IS NOT NULL

-- located_devices --
-- What came so late that its chunk was in the columnstore already; asked first, because an UPDATE would unpack it all.
SELECT device_id, min(measured_at), max(measured_at) FROM reading
 WHERE measured_at < %(until)s AND lat IS NOT NULL GROUP BY device_id

-- unpack_freely --
-- TimescaleDB's guard against unpacking by mistake would keep such places for ever; elsewhere it is an unused name.
SELECT set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true)

-- device_locations --
-- Unpacks the few batches of this device and time only.
UPDATE reading SET lat = NULL, lon = NULL, accuracy_m = NULL, location_source = NULL, location_datum = NULL,
                   location_fixed_at = NULL
 WHERE device_id = %(device_id)s AND measured_at >= %(from)s AND measured_at <= %(until)s AND lat IS NOT NULL
