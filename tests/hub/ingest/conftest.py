"""A pipeline that owns the taking in, on a database of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from uuid import UUID

import pytest

from hub.ingest.owner import Owner
from hub.ingest.pipeline import Pipeline
from hub.ingest.source import Leaf
from tests.hub.ingest.worlds import NOW, Sent, World

Send = Callable[..., Awaitable[list[str]]]


@pytest.fixture
def world(database: str) -> World:
    """The rows behind the pipeline."""
    return World(database)


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
def send(pipeline: Pipeline) -> Send:
    """Send one message and wait for its answer."""

    async def send_one(
        device: UUID,
        payload: object,
        leaf: Leaf = Leaf.EVENT,
        *,
        sender: UUID | None = None,
        dup: bool = False,
        packet_id: int = 1,
        received_at: datetime = NOW,
    ) -> list[str]:
        sent = Sent()
        message = sent.message(
            device, payload, leaf, sender=sender, dup=dup, packet_id=packet_id, received_at=received_at
        )
        pipeline.accept(message)
        async with asyncio.timeout(10):
            while not sent.answers:
                await asyncio.sleep(0.002)
        return sent.answers

    return send_one
