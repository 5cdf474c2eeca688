-- is_available --
-- Installed beside the server; whether it can be switched on shows when it is.
SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb')

-- create_extension --
-- Also there already where the server's template has it.
CREATE EXTENSION IF NOT EXISTS timescaledb

-- version --
-- Of what is switched on in this database, which may be older than what is installed.
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'

-- licence --
-- 'apache' is the edition without columnstore, continuous aggregates and policies.
SELECT current_setting('timescaledb.license', true)

-- has_readings --
-- A new installation has none.
SELECT EXISTS (SELECT 1 FROM reading)

-- is_moving --
-- A move that was interrupted goes on where it was.
SELECT to_regclass('reading_moving') IS NOT NULL

-- create_moving --
-- The later hypertable, without a compressed chunk until it has everything.
CREATE TABLE reading_moving (LIKE reading INCLUDING DEFAULTS, UNIQUE (device_id, measured_at, identity))

-- make_hypertable --
-- A week a chunk, as the partitions; the unique key is the index, one on time alone would cost two fifths of the rate.
SELECT create_hypertable('reading_moving', by_range('measured_at', interval '7 days'), create_default_indexes => false)

-- index_times --
-- As in migration 010.
CREATE INDEX reading_moving_measured_at ON reading_moving USING brin (measured_at) WITH (pages_per_range = 32)

-- index_locations --
-- As in migration 010.
CREATE INDEX reading_moving_located ON reading_moving (measured_at) WHERE lat IS NOT NULL

-- index_receipts --
-- As in migration 013.
CREATE INDEX reading_moving_received ON reading_moving USING brin (received_at)

-- create_progress --
-- How far each partition has been copied.
CREATE TABLE timescale_move (partition_name text PRIMARY KEY, copied_until timestamptz NOT NULL)

-- partitions --
-- The oldest first, the default one among them.
SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'reading'::regclass
 ORDER BY relname

-- partition_span --
-- What is still to be copied of a partition; the last day again, for it may have gone on since.
SELECT greatest(date_trunc('day', min(measured_at), 'UTC'),
                (SELECT copied_until - interval '1 day' FROM timescale_move WHERE partition_name = %(partition)s)), max(measured_at)
  FROM reading WHERE tableoid = %(partition)s::regclass

-- copy_span --
-- Repeats what an interrupted move had copied without harm.
INSERT INTO reading_moving
SELECT * FROM reading WHERE tableoid = %(partition)s::regclass AND measured_at >= %(from)s AND measured_at < %(until)s
    ON CONFLICT DO NOTHING

-- record_span --
-- In the same transaction as the rows.
INSERT INTO timescale_move (partition_name, copied_until) VALUES (%(partition)s, %(until)s)
    ON CONFLICT (partition_name) DO UPDATE SET copied_until = excluded.copied_until

-- lock_readings --
-- From here on nobody stores a reading that the counts would not see.
LOCK TABLE reading, reading_moving IN ACCESS EXCLUSIVE MODE

-- counts --
-- Equal, or nothing is replaced.
SELECT (SELECT count(*) FROM reading), (SELECT count(*) FROM reading_moving)

-- discard --
-- The old table has everything.
DROP TABLE reading_moving;
DROP TABLE timescale_move

-- replace --
-- Without CASCADE: whatever else hangs on the old table stops the move instead of vanishing.
DROP VIEW reading_1m, reading_1h, reading_1d;
DROP TABLE rollup_1m, rollup_1h, rollup_1d;
DROP FUNCTION refresh_rollup_1m, refresh_rollup_1h, refresh_rollup_1d;
DROP TABLE reading;
DROP FUNCTION mark_late_readings, ensure_reading_partitions, drop_reading_partitions;
DROP TABLE rollup_progress, rollup_dirty, timescale_move;
ALTER TABLE reading_moving RENAME TO reading;
ALTER INDEX reading_moving_device_id_measured_at_identity_key RENAME TO reading_device_id_measured_at_identity_key;
ALTER INDEX reading_moving_measured_at RENAME TO reading_measured_at;
ALTER INDEX reading_moving_received RENAME TO reading_received;
ALTER INDEX reading_moving_located RENAME TO reading_located

-- enable_columnstore --
-- A device's readings lie together; what a query or a repetition asks for is found by device and time.
ALTER TABLE reading SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'device_id',
    timescaledb.orderby = 'measured_at DESC, identity'
)

-- aggregates --
-- From the same columns as the views of migration 010. Chunks are dropped as a whole: those of the minutes, which are
-- not kept for long, are short. WITH NO DATA, because this is a
-- transaction; what is not filled is computed when it is asked for.
SELECT format(
    'CREATE MATERIALIZED VIEW %1$I WITH (timescaledb.continuous, timescaledb.materialized_only = false, '
    'timescaledb.create_group_indexes = false, timescaledb.chunk_interval = %5$L) AS '
    'SELECT device_id, recipient_id, division_id, time_bucket(%2$L::interval, measured_at, origin => %3$L::timestamptz) '
    'AS bucket, %4$s FROM reading GROUP BY 1, 2, 3, 4 WITH NO DATA',
    'reading_' || title, width, origin, rollup_columns(), CASE title WHEN '1m' THEN '7 days' ELSE '30 days' END
) FROM rollup_resolutions()

-- index_aggregates --
-- As the roll-up tables.
CREATE INDEX reading_1m_device ON reading_1m (device_id, bucket);
CREATE INDEX reading_1h_device ON reading_1h (device_id, bucket);
CREATE INDEX reading_1d_device ON reading_1d (device_id, bucket)

-- columnstore_policy --
-- Not before whereabouts have been wiped.
CALL add_columnstore_policy('reading', after => %(after)s::interval)

-- refresh_policy --
-- Only what has changed since is computed, some hundred buckets a transaction; a span that begins before the readings
-- do would delete what they left.
SELECT add_continuous_aggregate_policy(%(aggregate)s::regclass, start_offset => %(start)s::interval,
                                       end_offset => %(end)s::interval, schedule_interval => %(every)s::interval,
                                       buckets_per_batch => 1000)

-- retention_policy --
-- Whole chunks.
SELECT add_retention_policy(%(relation)s::regclass, drop_after => %(after)s::interval)
