"""A pipeline that owns the taking in, with pauses short enough for tests, and messages whose answers can be awaited."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest

from hub.ingest import lane_work, pipeline, suspects
from hub.ingest.owner import Owner
from hub.ingest.pipeline import Pipeline
from hub.ingest.source import Leaf
from tests.hub.ingest.worlds import NOW, Sent, World

#: Nothing here takes as long on a machine that is only slow.
DEADLINE_S = 30.0


@dataclass
class Hub:
    """A pipeline at work, and what was sent to it."""

    pipeline: Pipeline
    sent: list[Sent] = field(default_factory=list)

    def send(self, device: UUID, payload: object, leaf: Leaf = Leaf.EVENT, *, after_s: float = 0.0) -> Sent:
        """Hand one message in; its answers come by and by."""
        sent = Sent()
        self.sent.append(sent)
        self.pipeline.accept(sent.message(device, payload, leaf, received_at=NOW + timedelta(seconds=after_s)))
        return sent

    async def press(self, device: UUID, event_id: str) -> Sent:
        """A press, until it is acknowledged."""
        sent = self.send(device, {"id": event_id, "event": "sos_pressed", "occurred_at": NOW.isoformat()})
        await self.until(lambda: bool(sent.answers))
        return sent

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(DEADLINE_S):
            while not condition():
                await asyncio.sleep(0.005)

    async def until_answered(self) -> None:
        """Wait until everything sent has its answer."""
        await self.until(lambda: all(sent.answers for sent in self.sent))


Run = Callable[[str], AbstractAsyncContextManager[Hub]]


@asynccontextmanager
async def running_pipeline(dsn: str) -> AsyncIterator[Hub]:
    """Both lanes at work on this database."""
    owner = Owner(dsn, "test")
    epoch = await owner.become_owner()
    at_work = Pipeline(dsn, "test")
    work = asyncio.create_task(at_work.run(epoch))
    try:
        yield Hub(at_work)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await owner.release(epoch)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_work, "_RETRY_S", 0.01)
    monkeypatch.setattr(lane_work, "_RETRY_MAX_S", 0.05)
    monkeypatch.setattr(suspects, "_PAUSE_FIRST_S", 0.05)
    monkeypatch.setattr(suspects, "_PAUSE_MAX_S", 0.5)
    hasty = replace(pipeline._EVENT_DUTY.patience, lock_s=0.2)
    for name in ("_EVENT_DUTY", "_TELEMETRY_DUTY"):
        monkeypatch.setattr(pipeline, name, replace(getattr(pipeline, name), patience=hasty))


@pytest.fixture
def world(database: str) -> World:
    """The rows behind the pipeline."""
    return World(database)


@pytest.fixture
async def hub(database: str) -> AsyncIterator[Hub]:
    """A pipeline on a database of its own."""
    async with running_pipeline(database) as running:
        yield running
