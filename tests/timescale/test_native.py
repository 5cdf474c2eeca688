"""What PostgreSQL alone needs housekeeping for: partitions, and roll-ups that miss no reading whoever commits when."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hub.embedded import EmbeddedPostgres
from hub.embedded.account import account_for, let_in
from hub.embedded.binaries import major_version, run
from hub.embedded.server import DATABASE, SUPERUSER
from hub.identity import new_id
from hub.storage import readings, rollup_refresh, time_series
from hub.storage.migrate import migrate
from hub.storage.retention import RetentionPeriods, delete_expired
from hub.storage.rollups import Resolution
from tests.timescale.stores import NativeStore, reading

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def store(database: str) -> NativeStore:
    return NativeStore(database)


async def test_live_readings_mark_nothing_and_late_ones_a_row_an_hour(store: NativeStore) -> None:
    device_id = new_id()
    await store.insert([reading(device_id, store.now)])
    await store.pass_time()
    await store.insert([reading(device_id, store.now), reading(device_id, store.now)])
    assert store.run("SELECT count(*) AS n FROM rollup_dirty") == [{"n": 0}]
    long_ago = store.now.replace(minute=0) - 50 * HOUR
    await store.insert([reading(device_id, long_ago + second * timedelta(seconds=1)) for second in range(100)])
    assert store.run("SELECT count(*) AS n FROM rollup_dirty") == [{"n": 1}]


async def test_an_hour_does_not_close_over_a_reading_in_flight(store: NativeStore) -> None:
    device_id = new_id()
    await store.insert([reading(device_id, store.now - 10 * HOUR)])
    async with store.connected() as ingest:
        await readings.insert(ingest, [reading(device_id, store.now - 5 * HOUR)])
        await store.pass_time()
        assert store.run("SELECT shown_until = '-infinity' AS untouched FROM rollup_progress") == [{"untouched": True}]
        await ingest.commit()
    await store.pass_time()
    assert store.stored_minutes() == 2
    assert len(await store.series(Resolution.MINUTE, device_id=device_id)) == 2


async def test_a_late_reading_in_flight_is_not_lost_to_the_refresh_it_overlaps(store: NativeStore) -> None:
    device_id = new_id()
    late_at = store.now - 5 * HOUR
    await store.insert([reading(device_id, late_at)])
    await store.pass_time()
    await store.insert([reading(device_id, late_at)])  # marks the hour
    async with store.connected() as ingest, store.connected() as housekeeping:
        await readings.insert(ingest, [reading(device_id, late_at)])  # marks it too, and is not visible yet
        await rollup_refresh._compute_marked(housekeeping)
        await ingest.commit()
    await store.pass_time()
    assert [point.readings for point in await store.series(Resolution.HOUR, device_id=device_id)] == [3]


async def test_a_refresh_that_was_interrupted_shows_no_gap_and_is_finished_by_the_next(store: NativeStore) -> None:
    device_id = new_id()
    await store.insert([reading(device_id, store.now - number * HOUR) for number in range(1, 30)])
    async with store.connected() as connection:
        assert await rollup_refresh._close_hours(connection, store.now)
        await rollup_refresh._collect_a_day(connection)  # and then the process dies
    assert len(await store.series(Resolution.HOUR, device_id=device_id)) == 29
    await store.pass_time()
    assert store.stored_minutes() > 25
    assert len(await store.series(Resolution.HOUR, device_id=device_id)) == 29


async def test_readings_that_no_week_awaited_get_one(store: NativeStore) -> None:
    device_id = new_id()
    await store.insert([reading(device_id, store.now - age * DAY) for age in (1, 100, 101, 200)])
    assert store.run("SELECT count(*) AS n FROM reading_default") == [{"n": 3}]
    async with store.connected() as connection:
        assert await time_series.keep_partitions(connection) in {2, 3}  # 100 and 101 days ago may be two weeks
        assert await time_series.keep_partitions(connection) == 0
    assert store.run("SELECT count(*) AS n FROM reading_default") == [{"n": 0}]
    assert store.run("SELECT count(*) AS n FROM reading") == [{"n": 4}]


async def test_minutes_are_forgotten_before_hours_and_days(store: NativeStore) -> None:
    device_id = new_id()
    await store.insert([reading(device_id, store.now - age * DAY) for age in (1, 15, 300)])
    await store.pass_time()
    counts = [len(await store.series(resolution, device_id=device_id)) for resolution in Resolution]
    assert counts == [1, 3, 3]
    async with store.connected() as connection:
        await delete_expired(connection, RetentionPeriods())
    assert [len(await store.series(resolution, device_id=device_id)) for resolution in Resolution] == counts


@pytest.fixture(params=[15, 16, 17])
def older_server(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    """A server of an older major version, where this machine has its programs."""
    binaries = Path(f"/usr/lib/postgresql/{request.param}/bin")
    if not (binaries / "postgres").exists() or major_version(binaries) != request.param:
        pytest.skip(f"PostgreSQL {request.param} is not installed here")
    with TemporaryDirectory(prefix="anxin-test-", ignore_cleanup_errors=True) as directory:
        _create_cluster(Path(directory), binaries)
        server = EmbeddedPostgres(Path(directory), binaries=binaries)
        server.start()
        yield server
        server.stop()


def _create_cluster(data_dir: Path, binaries: Path) -> None:
    """As the embedded server makes its own, without the locale provider that older versions do not know."""
    cluster = data_dir / "postgres"
    account = account_for(cluster)
    let_in(data_dir, account)
    cluster.mkdir(mode=0o700)
    if account is not None:
        os.chown(cluster, account.uid, account.gid)
    run([binaries / "initdb", "-D", cluster, "-U", SUPERUSER, "--encoding=UTF8", "--locale=C"], account=account)
    create = f"CREATE DATABASE {DATABASE}\n"
    run([binaries / "postgres", "--single", "-D", cluster, "postgres"], account=account, said=create)


async def test_an_older_postgresql_gives_the_same_answers(older_server: EmbeddedPostgres) -> None:
    migrate(older_server.dsn)
    older = NativeStore(older_server.dsn)
    device_id = new_id()
    await older.insert([reading(device_id, older.now - number * HOUR, heart_rate_bpm=70.0) for number in range(100)])
    for _ in range(2):
        assert len(await older.series(Resolution.HOUR, device_id=device_id)) == 100
        assert sum(day.readings for day in await older.series(Resolution.DAY, device_id=device_id)) == 100
        await older.pass_time()
