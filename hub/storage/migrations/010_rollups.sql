-- Readings by the minute, the hour and the day: reading_1m, reading_1h, reading_1d. Without TimescaleDB they are views
-- over tables that housekeeping fills (this file); with it, continuous aggregates of the same names and columns, made
-- from the same two functions below (hub/storage/time_series.py).

-- A day is a day of China's one legal time (UTC+8, no summer time): steps count since that midnight.
CREATE FUNCTION rollup_resolutions() RETURNS TABLE (title text, width interval, origin timestamptz)
LANGUAGE sql STABLE AS $$
    VALUES ('1m', interval '1 minute', timestamptz '2000-01-03 00:00:00+00'),
           ('1h', interval '1 hour', timestamptz '2000-01-03 00:00:00+00'),
           ('1d', interval '1 day', timestamptz '2000-01-03 00:00:00+08')
$$;

-- What is kept of a bucket, as the select list over `reading`. A last value is the last one that was said; two of the
-- same moment are told apart by their identity, so that every database gives the same answer.
CREATE FUNCTION rollup_columns() RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT 'count(*)::integer AS readings, '
        || (SELECT string_agg(format('avg(%1$I)::real AS %2$I, min(%1$I) AS %3$I, max(%1$I) AS %4$I, count(%1$I)::integer AS %5$I',
                                     measure, measure || '_avg', measure || '_min', measure || '_max', measure || '_count'),
                              ', ' ORDER BY position)
              FROM unnest(ARRAY['heart_rate_bpm', 'spo2_pct', 'respiration_rate_bpm', 'systolic_mmhg', 'diastolic_mmhg',
                                'body_temperature_c', 'activity', 'body_movement', 'battery_pct', 'signal_dbm'])
                   WITH ORDINALITY AS measures(measure, position))
        || ', min(steps) AS steps_min, max(steps) AS steps_max, '
        || (SELECT string_agg(format('(array_agg(%1$I ORDER BY measured_at DESC, identity DESC) '
                                     'FILTER (WHERE %1$I IS NOT NULL))[1] AS %2$I', flag, flag || '_last'),
                              ', ' ORDER BY position)
              FROM unnest(ARRAY['posture', 'in_bed', 'worn', 'charging', 'battery_pct'])
                   WITH ORDINALITY AS flags(flag, position))
$$;

-- How far the roll-ups reach. Live data is not marked, it lies after `closed_until`; what comes in before is marked late.
CREATE TABLE rollup_progress (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    closed_until timestamptz NOT NULL DEFAULT '-infinity',     -- readings before this are marked as they come
    collected_until timestamptz NOT NULL DEFAULT '-infinity',  -- readings before this were marked when it moved
    shown_until timestamptz NOT NULL DEFAULT '-infinity'       -- answers before this come from the roll-ups, after it from readings
);
INSERT INTO rollup_progress DEFAULT VALUES;

-- Buckets to be computed again: append-only, so that marking waits for nobody. An hour stands for its minutes and day.
CREATE TABLE rollup_dirty (
    device_id uuid NOT NULL,
    hour timestamptz NOT NULL
);
CREATE INDEX rollup_dirty_order ON rollup_dirty (device_id, hour);

-- The shared lock lets housekeeping wait until nobody is left who has read the older `closed_until`.
-- The key is the text 'rollup' as bytes; hub/storage/queries/rollups.sql takes it alone.
CREATE FUNCTION mark_late_readings() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(x'726f6c6c7570'::bigint);
    INSERT INTO rollup_dirty (device_id, hour)
    SELECT DISTINCT device_id, date_trunc('hour', measured_at, 'UTC')
      FROM changed_reading
     WHERE measured_at < (SELECT closed_until FROM rollup_progress);
    RETURN NULL;
END $$;
CREATE TRIGGER reading_came_late AFTER INSERT ON reading
    REFERENCING NEW TABLE AS changed_reading FOR EACH STATEMENT EXECUTE FUNCTION mark_late_readings();
CREATE TRIGGER reading_was_erased AFTER DELETE ON reading
    REFERENCING OLD TABLE AS changed_reading FOR EACH STATEMENT EXECUTE FUNCTION mark_late_readings();

-- Per resolution: the stored buckets, the view that adds what is not stored yet, and the recomputing of some buckets.
DO $$
DECLARE
    resolution record;
BEGIN
    FOR resolution IN SELECT title, width, origin FROM rollup_resolutions() LOOP
        EXECUTE format(
            'CREATE TABLE %1$I AS SELECT device_id, recipient_id, division_id, measured_at AS bucket, %2$s '
            'FROM reading GROUP BY 1, 2, 3, 4 WITH NO DATA', 'rollup_' || resolution.title, rollup_columns());
        EXECUTE format(
            'ALTER TABLE %1$I ALTER device_id SET NOT NULL, ALTER division_id SET NOT NULL, ALTER bucket SET NOT NULL',
            'rollup_' || resolution.title);
        EXECUTE format('CREATE INDEX ON %I (device_id, bucket)', 'rollup_' || resolution.title);
        EXECUTE format('CREATE INDEX ON %I USING brin (bucket)', 'rollup_' || resolution.title);
        EXECUTE format(
            'CREATE VIEW %1$I AS '
            'SELECT * FROM %2$I WHERE bucket < (SELECT date_bin(%3$L, shown_until, %4$L) FROM rollup_progress) '
            'UNION ALL '
            'SELECT device_id, recipient_id, division_id, date_bin(%3$L, measured_at, %4$L), %5$s FROM reading '
            'WHERE measured_at >= (SELECT date_bin(%3$L, shown_until, %4$L) FROM rollup_progress) GROUP BY 1, 2, 3, 4',
            'reading_' || resolution.title, 'rollup_' || resolution.title, resolution.width, resolution.origin,
            rollup_columns());
        EXECUTE format(
            'CREATE FUNCTION %1$I(devices uuid[], buckets timestamptz[]) RETURNS void LANGUAGE sql AS $body$ '
            'DELETE FROM %2$I r USING unnest(devices, buckets) AS d(device_id, bucket) '
            'WHERE r.device_id = d.device_id AND r.bucket >= d.bucket AND r.bucket < d.bucket + %6$L::interval; '
            'INSERT INTO %2$I SELECT g.* FROM unnest(devices, buckets) AS d(device_id, bucket) CROSS JOIN LATERAL '
            '(SELECT device_id, recipient_id, division_id, date_bin(%3$L, measured_at, %4$L), %5$s FROM reading '
            'WHERE reading.device_id = d.device_id AND measured_at >= d.bucket '
            'AND measured_at < d.bucket + %6$L::interval GROUP BY 1, 2, 3, 4) AS g $body$',
            'refresh_rollup_' || resolution.title, 'rollup_' || resolution.title, resolution.width, resolution.origin,
            rollup_columns(), greatest(resolution.width, interval '1 hour'));
    END LOOP;
END $$;

-- Rows come nearly in the order of time: a few bytes a page find the readings of an hour among those of a week.
CREATE INDEX reading_measured_at ON reading USING brin (measured_at) WITH (pages_per_range = 32);

-- Few readings have a place, and after a month none: the hourly wiping reads only what it wipes.
CREATE INDEX reading_located ON reading (measured_at) WHERE lat IS NOT NULL;

-- Weeks without a partition get one, and whatever the default partition holds of them moves there: a default row would
-- otherwise forbid its week's partition for ever.
CREATE OR REPLACE FUNCTION ensure_reading_partitions(from_at timestamptz, until_at timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    week_start timestamptz;
    partition_name text;
    created integer := 0;
BEGIN
    FOR week_start IN
        SELECT generate_series(date_trunc('week', from_at, 'UTC'), until_at, interval '7 days')
        UNION
        SELECT date_trunc('week', measured_at, 'UTC') FROM reading_default
        ORDER BY 1
    LOOP
        partition_name := 'reading_' || to_char(week_start AT TIME ZONE 'UTC', 'IYYY"w"IW');
        IF to_regclass(partition_name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE reading INCLUDING DEFAULTS)', partition_name);
            EXECUTE format('WITH moved AS (DELETE FROM reading_default WHERE measured_at >= %2$L AND measured_at < %3$L '
                           'RETURNING *) INSERT INTO %1$I SELECT * FROM moved',
                           partition_name, week_start, week_start + interval '7 days');
            EXECUTE format('ALTER TABLE reading ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                           partition_name, week_start, week_start + interval '7 days');
            created := created + 1;
        END IF;
    END LOOP;
    RETURN created;
END $$;

-- Drops the weeks that end before the moment given, and the strays of the default partition.
CREATE FUNCTION drop_reading_partitions(before_at timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    partition_name text;
    dropped integer := 0;
BEGIN
    FOR partition_name IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent = 'reading'::regclass AND relname ~ '^reading_[0-9]{4}w[0-9]{2}$'
           AND (to_date(substr(relname, 9), 'IYYY"w"IW') + 7)::timestamp AT TIME ZONE 'UTC' <= before_at
    LOOP
        EXECUTE format('DROP TABLE %I', partition_name);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM reading_default WHERE measured_at < before_at;
    RETURN dropped;
END $$;
