"""From PostgreSQL alone to TimescaleDB: what was there is there, and an interruption loses nothing."""

from datetime import timedelta

import psycopg
import pytest

from hub.cli.errors import CommandError
from hub.cli.serve import migrate as migrate_command
from hub.identity import new_id
from hub.storage.migrate import MigrationError, TimescaleWish, migrate
from hub.storage.rollups import Resolution
from hub.storage.time_series import TimeSeries, time_series_of
from hub.storage.timescale import Move, TimescaleError, _is_new_enough, move_to_timescale
from tests.timescale.stores import NativeStore, Store, TimescaleStore, reading

HOUR = timedelta(hours=1)
DEVICE = new_id()


class InterruptedTest(Exception):  # noqa: N818 - what a person does with Ctrl-C is no error
    """The move was stopped by the person who began it."""


@pytest.fixture
async def installation(empty_timescale: str) -> NativeStore:
    """Kept by PostgreSQL alone for three months, on a server that now has TimescaleDB."""
    migrate(empty_timescale, timescale=TimescaleWish.OFF)
    store = NativeStore(empty_timescale)
    begin = store.now - timedelta(days=90)
    rows = [reading(DEVICE, begin + 7 * HOUR * number, heart_rate_bpm=60.0 + number % 40) for number in range(300)]
    assert await store.insert(rows) == 300
    return store


async def test_the_answers_are_the_same_before_and_after(installation: NativeStore) -> None:
    await installation.pass_time()
    hours = await installation.series(Resolution.HOUR, device_id=DEVICE)
    days = await installation.series(Resolution.DAY, device_id=DEVICE)
    assert len(hours) == 300

    assert move_to_timescale(installation.dsn, _silent) == Move(readings=300, copied_now=300)

    moved = TimescaleStore(installation.dsn)
    async with moved.connected() as connection:
        assert await time_series_of(connection) is TimeSeries.TIMESCALE
    for _ in range(2):
        assert await moved.series(Resolution.HOUR, device_id=DEVICE) == hours
        assert await moved.series(Resolution.DAY, device_id=DEVICE) == days
        await moved.pass_time()
    assert migrate(installation.dsn) == []


async def test_an_interrupted_move_goes_on_where_it_was(installation: NativeStore) -> None:
    lines: list[str] = []

    def interrupt(line: str) -> None:
        lines.append(line)
        if len(lines) == 2:
            raise InterruptedTest

    with pytest.raises(InterruptedTest):
        move_to_timescale(installation.dsn, interrupt)
    async with installation.connected() as connection:
        assert await time_series_of(connection) is TimeSeries.NATIVE
    assert installation.run("SELECT count(*) AS n FROM reading") == [{"n": 300}]

    move = move_to_timescale(installation.dsn, _silent)
    assert move.readings == 300
    assert 0 < move.copied_now < 300


async def test_a_move_that_somebody_wrote_into_replaces_nothing(installation: NativeStore) -> None:
    copied: list[str] = []

    def write_behind(line: str) -> None:
        if not copied:
            partition = line.partition(":")[0]
            installation.run(
                "INSERT INTO reading (device_id, measured_at, identity, division_id, received_at, quality, historical) "
                "SELECT device_id, min(measured_at), 'late', min(division_id), now(), 'device', true "
                f"FROM {partition} GROUP BY device_id"
            )
        copied.append(line)

    with pytest.raises(TimescaleError, match="There are 301 readings and 300 copies"):
        move_to_timescale(installation.dsn, write_behind)
    assert installation.run("SELECT count(*) AS n FROM reading") == [{"n": 301}]
    assert move_to_timescale(installation.dsn, _silent) == Move(readings=301, copied_now=301)


async def test_an_installation_with_readings_is_not_moved_unasked(installation: NativeStore) -> None:
    said: list[str] = []
    assert migrate(installation.dsn, timescale=TimescaleWish.AUTO, tell=said.append) == []
    assert len(said) == 1
    assert "--to-timescale" in said[0]
    with pytest.raises(MigrationError, match="--to-timescale"):
        migrate(installation.dsn, timescale=TimescaleWish.ON)
    async with installation.connected() as connection:
        assert await time_series_of(connection) is TimeSeries.NATIVE


def test_the_command_moves_and_says_so(
    installation: NativeStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", installation.dsn)
    migrate_command(to_timescale=True, as_json=True)
    assert '"moved": 300' in capsys.readouterr().out
    with pytest.raises(CommandError, match="already"):
        migrate_command(to_timescale=True)


def test_what_is_timescale_s_is_not_moved_again(timescale_store: TimescaleStore) -> None:
    with pytest.raises(TimescaleError, match="already"):
        move_to_timescale(timescale_store.dsn, _silent)


def test_a_server_without_timescale_is_refused_by_name(database: str) -> None:
    with pytest.raises(TimescaleError, match="no TimescaleDB"):
        move_to_timescale(database, _silent)
    with pytest.raises(MigrationError, match="no TimescaleDB"):
        migrate(database, timescale=TimescaleWish.ON)


@pytest.mark.parametrize(
    ("version", "enough"), [("2.20.0", True), ("2.23.0-dev", True), ("3.0", True), ("2.19.3", False), ("1.7", False)]
)
def test_what_is_too_old_is_refused(version: str, *, enough: bool) -> None:
    assert _is_new_enough(version) is enough


def test_a_new_database_may_do_without(empty_timescale: str) -> None:
    migrate(empty_timescale, timescale=TimescaleWish.OFF)
    with psycopg.connect(empty_timescale) as connection:
        assert connection.execute("SELECT count(*) FROM timescaledb_information.hypertables").fetchone() == (0,)


def test_both_databases_have_the_same_columns_and_indexes(database: str, timescale_store: TimescaleStore) -> None:
    native: Store = NativeStore(database)
    for question in (_COLUMNS, _INDEXES):
        assert native.run(question) == timescale_store.run(question)
        assert len(native.run(question)) > 2


_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relname IN ('reading', 'reading_1m', 'reading_1h', 'reading_1d') AND a.attnum > 0 AND NOT a.attisdropped
   AND c.relnamespace = 'public'::regnamespace
 ORDER BY c.relname, a.attnum
"""
_INDEXES = """
SELECT indexname, regexp_replace(indexdef, ' ON (ONLY )?', ' ON ') AS definition
  FROM pg_indexes WHERE tablename = 'reading' AND schemaname = 'public' ORDER BY indexname
"""


def _silent(_: str) -> None:
    """Nobody watches."""
