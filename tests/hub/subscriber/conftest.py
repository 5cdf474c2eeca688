"""A broker, a pipeline that owns the taking in, and a subscriber between them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from hub.broker_addresses import parse_broker_address
from hub.ingest.owner import Owner
from hub.ingest.pipeline import Pipeline
from hub.ingest.subscriber.subscriber import Subscriber
from hub.storage.database import open_pool
from tests.hub.ingest.worlds import COUNTY, World
from tests.hub.subscriber.broker import Broker

Subscribe = Callable[[str], Awaitable[Subscriber]]


@pytest.fixture
def world(database: str) -> World:
    """The rows behind the pipeline."""
    return World(database)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A Mosquitto of the test's own."""
    with Broker(tmp_path) as running:
        yield running


@pytest.fixture
async def pipeline(database: str) -> AsyncIterator[Pipeline]:
    """Both lanes at work."""
    owner = Owner(database, "test")
    epoch = await owner.become_owner()
    pipeline = Pipeline(database, "test")
    work = asyncio.create_task(pipeline.run(epoch))
    yield pipeline
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await owner.release(epoch)


@pytest.fixture
async def subscribe(database: str, pipeline: Pipeline) -> AsyncIterator[Subscribe]:
    """Start a subscriber on an address, and wait until it has subscribed."""
    pool = await open_pool(database, name="test", max_size=2)
    running: list[asyncio.Task[None]] = []

    async def start(address: str) -> Subscriber:
        subscriber = Subscriber([parse_broker_address(address)], pipeline, pool, COUNTY)
        running.append(asyncio.create_task(subscriber.run()))
        await until(lambda: subscriber.sources[0].away_for_s == 0, "subscribed")
        return subscriber

    yield start
    for work in running:
        work.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await pool.close()


async def until(condition: Callable[[], bool], what: str, within_s: float = 20.0) -> None:
    """Wait until it is so."""
    try:
        async with asyncio.timeout(within_s):
            while not condition():
                await asyncio.sleep(0.01)
    except TimeoutError:
        pytest.fail(f"not within {within_s} s: {what}")
