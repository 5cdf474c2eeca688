"""What threatens the database is in the maintenance queue before anything is lost, and leaves it by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from hub.duty.storage_watch import StorageWatch
from hub.storage.database import open_pool
from hub.storage.disk import LOW_BYTES, Room, database_room
from hub.storage.troubled import Troubled
from tests.hub.ingest.worlds import COUNTY, World
from tests.hub.notify.town import until

PLENTY = Room(free=100 * LOW_BYTES, total=200 * LOW_BYTES)
LITTLE = Room(free=LOW_BYTES // 2, total=200 * LOW_BYTES)


class Disk:
    """As full as the test says."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def measure(self, _directory: Path) -> Room:
        return self.room


@asynccontextmanager
async def watching(dsn: str, disk: Disk, troubled: Troubled) -> AsyncIterator[None]:
    """The watch at work."""
    pool = await open_pool(dsn, name="test", max_size=2)
    watch = StorageWatch(
        pool, COUNTY, troubled, dsn=dsn, data_dir=Path("unused"), measure=disk.measure, look_every_s=0.02
    )
    work = asyncio.create_task(watch.run())
    yield
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await pool.close()


def open_items(world: World) -> list[tuple[str, dict[str, object]]]:
    """(kind, what is said) of what is open."""
    rows = world.run("SELECT kind, explanation FROM maintenance_item WHERE state = 'open' ORDER BY kind")
    return [(row["kind"], row["explanation"]["params"]) for row in rows]


async def test_a_disk_that_fills_is_one_item_until_there_is_room(world: World) -> None:
    world.division()
    disk = Disk(PLENTY)
    async with watching(world.dsn, disk, Troubled()):
        disk.room = LITTLE
        await until(lambda: open_items(world))
        assert open_items(world) == [("disk_low", {"free_mib": 512, "free_pct": 0})]
        disk.room = PLENTY
        await until(lambda: not open_items(world))
    assert world.run("SELECT occurrences FROM maintenance_item") == [{"occurrences": 1}]


async def test_a_row_that_fails_for_the_third_time_is_reported(world: World) -> None:
    world.division()
    troubled, row = Troubled(), uuid4()
    async with watching(world.dsn, Disk(PLENTY), troubled):
        for _ in range(3):
            troubled.fail(row, ValueError("x"))
        await until(lambda: open_items(world))
        assert open_items(world) == [("duty_stuck", {"count": 1, "error": "ValueError", "failures": 3})]
        troubled.settle(row)
        await until(lambda: not open_items(world))


async def test_several_servers_without_a_standby_that_confirms_are_reported(world: World) -> None:
    world.division()
    host = world.dsn.partition("host=")[2]
    several = world.dsn.replace(host, f"{host},{host}")
    async with watching(several, Disk(PLENTY), Troubled()):
        await until(lambda: open_items(world))
    assert open_items(world) == [("standby_missing", {})]


def test_what_is_low() -> None:
    assert not PLENTY.is_low
    assert LITTLE.is_low
    assert Room(free=9 * LOW_BYTES, total=100 * LOW_BYTES).is_low
    assert not Room(free=11 * LOW_BYTES, total=100 * LOW_BYTES).is_low


def test_only_an_embedded_database_is_measured(tmp_path: Path) -> None:
    assert database_room(tmp_path) is None
    (tmp_path / "postgres").mkdir()
    room = database_room(tmp_path)
    assert room is not None
    assert 0 < room.free <= room.total
