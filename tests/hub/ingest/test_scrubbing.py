"""Memory against rows: what differs is found, said, and as the row says from then on."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from alerts.kinds import SubjectType
from alerts.observations import Subject
from hub.ingest.owner import Owner
from hub.ingest.pipeline import Pipeline
from hub.ingest.scrubbing import Scrubber
from hub.ingest.source import Leaf
from hub.storage import comparisons
from hub.storage.comparisons import Comparison
from hub.storage.database import connect
from tests.hub.ingest.worlds import COUNTY, NOW, Sent, World

#: No slice of its own comes between what a test does and what it asks.
EVERY_S = 3600.0
READING = {"measured_at": NOW.isoformat(), "heart_rate_bpm": 72, "battery_pct": 88, "worn": True}


@pytest.fixture
async def owned(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Pipeline, Scrubber]]:
    """A pipeline at work, and beside it a scrubber that has looked once and looks again when it is woken."""
    monkeypatch.setattr("hub.ingest.scrubbing._EVERY_S", EVERY_S)
    owner = Owner(database, "test")
    epoch = await owner.become_owner()
    pipeline = Pipeline(database, "test")
    scrubber = Scrubber(pipeline.monitoring, database, "test", COUNTY)
    work = [asyncio.create_task(pipeline.run(epoch)), asyncio.create_task(scrubber.run(epoch))]
    async with asyncio.timeout(10):
        while not scrubber.counters.rounds:
            await asyncio.sleep(0.002)
    yield pipeline, scrubber
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    await owner.release(epoch)


async def say(pipeline: Pipeline, device: UUID) -> None:
    """One reading, acknowledged."""
    sent = Sent()
    pipeline.accept(sent.message(device, READING, Leaf.TELEMETRY))
    async with asyncio.timeout(10):
        while not sent.answers:
            await asyncio.sleep(0.002)


async def compare(database: str, scrubber: Scrubber) -> Comparison:
    """Ask as `hub verify` does, and wait for the answer."""
    async with await connect(database, name="test", autocommit=True) as connection:
        asked = await comparisons.ask(connection)
        scrubber.wake()
        async with asyncio.timeout(10):
            while True:
                found = await comparisons.find(connection, asked)
                if found is not None:
                    return found
                await asyncio.sleep(0.01)


async def test_memory_that_follows_its_commits_never_differs(
    world: World, database: str, owned: tuple[Pipeline, Scrubber]
) -> None:
    pipeline, scrubber = owned
    for _ in range(3):
        await say(pipeline, world.device(worn_by=world.recipient()))
    found = await compare(database, scrubber)
    assert (found.compared, found.different) == (3, 0)
    assert world.run("SELECT 1 FROM maintenance_item") == []


async def test_a_row_that_says_otherwise_is_believed_and_reported_once(
    world: World, database: str, owned: tuple[Pipeline, Scrubber]
) -> None:
    pipeline, scrubber = owned
    recipient = world.recipient()
    device = world.device("smartwatch", worn_by=recipient)
    await say(pipeline, device)
    world.run(
        "UPDATE monitoring_state SET state = jsonb_set(state, %(path)s, 'false')", path=["devices", str(device), "worn"]
    )
    found = await compare(database, scrubber)
    assert (found.compared, found.different, found.subject_ids) == (1, 1, (str(recipient),))
    held = pipeline.monitoring.find(Subject(type=SubjectType.RECIPIENT, id=str(recipient)))
    assert held is not None
    assert held.devices[str(device)].worn is False
    (item,) = world.run("SELECT kind, state, explanation FROM maintenance_item")
    assert (item["kind"], item["state"]) == ("state_differed", "open")
    assert str(recipient) in json.dumps(item["explanation"])
    assert (await compare(database, scrubber)).different == 0


async def test_a_row_that_is_gone_is_a_difference_and_the_next_reading_begins_anew(
    world: World, database: str, owned: tuple[Pipeline, Scrubber]
) -> None:
    pipeline, scrubber = owned
    device = world.device("smartwatch", worn_by=world.recipient())
    await say(pipeline, device)
    world.run("DELETE FROM monitoring_state")
    assert (await compare(database, scrubber)).different == 1
    await say(pipeline, device)
    assert (await compare(database, scrubber)).different == 0
    assert len(world.run("SELECT 1 FROM monitoring_state")) == 1


async def test_everybody_is_compared_without_being_asked_for(world: World, owned: tuple[Pipeline, Scrubber]) -> None:
    pipeline, scrubber = owned
    await say(pipeline, world.device(worn_by=world.recipient()))
    async with asyncio.timeout(10):
        while not scrubber.counters.compared:
            scrubber.wake()
            await asyncio.sleep(0.01)
    assert scrubber.counters.different == 0


async def test_a_process_that_was_stopped_compares_everything_before_it_is_believed(
    world: World, owned: tuple[Pipeline, Scrubber], monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline, scrubber = owned
    people = 60  # more than a slice
    await asyncio.gather(*(say(pipeline, world.device(worn_by=world.recipient())) for _ in range(people)))
    steps = iter(range(0, 10**9, 2 * int(EVERY_S)))  # each look at the clock finds hours gone
    monkeypatch.setattr("hub.ingest.scrubbing.monotonic_s", lambda: float(next(steps)))
    rounds = scrubber.counters.rounds
    async with asyncio.timeout(10):
        while scrubber.counters.rounds < rounds + 3:
            scrubber.wake()
            await asyncio.sleep(0.01)
    assert scrubber.counters.compared >= 2 * people
    assert scrubber.counters.different == 0
