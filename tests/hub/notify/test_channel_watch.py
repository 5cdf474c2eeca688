"""A gateway that is away becomes a line in the maintenance queue, once, and is cleared when it is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from hub.notify.channel_watch import ChannelWatch
from tests.hub.ingest.worlds import COUNTY
from tests.hub.notify.town import FakeChannel, Town, until

ITEMS = "SELECT state, occurrences, explanation FROM maintenance_item WHERE kind = 'channel_away'"


class Connecting(FakeChannel):
    """Is not ready, and counts how often it was asked."""

    looks = 0

    @property
    def ready(self) -> bool:
        self.looks += 1
        return False

    @ready.setter
    def ready(self, _ready: bool) -> None:
        """It stays as it is."""


@asynccontextmanager
async def watch_at_work(town: Town, *channels: FakeChannel) -> AsyncIterator[None]:
    """A watch that does not wait long."""
    watch = ChannelWatch(town.pool, channels, COUNTY, away_after_s=0.1, look_every_s=0.02)
    work = asyncio.create_task(watch.run())
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def test_a_channel_that_is_away_is_reported_once_and_cleared_when_it_is_back(town: Town) -> None:
    town.division()
    there, gone = FakeChannel("there"), FakeChannel("gone")
    gone.ready = False
    async with watch_at_work(town, there, gone):
        (item,) = await until(lambda: town.run(ITEMS))
        assert item["explanation"] == {"code": "channel_away", "params": {"channels": "gone"}}
        gone.ready = True
        await until(lambda: town.run(ITEMS)[0]["state"] == "cleared")
    assert [row["occurrences"] for row in town.run(ITEMS)] == [1]


async def test_an_item_of_the_process_before_is_cleared_when_all_is_well(town: Town) -> None:
    town.division()
    gone = FakeChannel("gone")
    gone.ready = False
    async with watch_at_work(town, gone):
        await until(lambda: town.run(ITEMS))
    back = FakeChannel("gone")
    back.ready = False  # it has to connect first
    async with watch_at_work(town, back):
        back.ready = True
        await until(lambda: town.run(ITEMS)[0]["state"] == "cleared")


async def test_a_restart_says_nothing_before_the_channel_had_time_to_connect(town: Town) -> None:
    town.division()
    connecting = Connecting()
    watch = ChannelWatch(town.pool, [connecting], COUNTY, away_after_s=3600, look_every_s=0.01)
    work = asyncio.create_task(watch.run())
    connecting.looks = 0
    await until(lambda: connecting.looks > 5)
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    assert town.run(ITEMS) == []
