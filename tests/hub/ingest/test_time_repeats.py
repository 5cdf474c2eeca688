"""Every reading and every event is stored once, whatever its clock says, however often it comes, in whatever order."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.ingest.clock_learning import BELIEVED_MESSAGES
from hub.ingest.owner import Owner
from hub.ingest.pipeline import Pipeline
from hub.ingest.source import Leaf
from hub.ingest.timekeeping import AGE_MAX, FUTURE_MAX
from hub.storage.ownership import Epoch
from tests.hub.ingest.worlds import NOW, Sent, World

MINUTE, HOUR, SECOND = timedelta(minutes=1), timedelta(hours=1), timedelta(seconds=1)


@dataclass
class Ingest:
    """A hub that can be restarted: what it knew in memory is gone, and what it had stored is there."""

    dsn: str
    owner: Owner
    epoch: Epoch
    pipeline: Pipeline = field(init=False)
    work: "asyncio.Task[None]" = field(init=False)
    waiting: list[Sent] = field(default_factory=list)

    @classmethod
    async def begin(cls, dsn: str) -> "Ingest":
        owner = Owner(dsn, "test")
        ingest = cls(dsn, owner, await owner.become_owner())
        ingest.start()
        return ingest

    def start(self) -> None:
        self.pipeline = Pipeline(self.dsn, "test")
        self.work = asyncio.create_task(self.pipeline.run(self.epoch))

    async def restart(self) -> None:
        await self.settle()
        await self.stop()
        self.start()

    async def stop(self) -> None:
        self.work.cancel()
        await asyncio.gather(self.work, return_exceptions=True)

    def accept(
        self, device: UUID, payload: object, received_at: datetime, *, leaf: Leaf = Leaf.TELEMETRY, dup: bool = False
    ) -> None:
        sent = Sent()
        self.waiting.append(sent)
        packet_id = len(self.waiting)
        self.pipeline.accept(sent.message(device, payload, leaf, dup=dup, packet_id=packet_id, received_at=received_at))

    async def settle(self) -> None:
        """Until everything accepted is acknowledged."""
        async with asyncio.timeout(20):
            while any(not sent.answers for sent in self.waiting):
                assert not self.work.done()
                await asyncio.sleep(0.001)
        assert all(sent.answers == ["acknowledged"] for sent in self.waiting)
        self.waiting.clear()

    async def end(self) -> None:
        await self.stop()
        await self.owner.release(self.epoch)


@contextmanager
def ingest_of(dsn: str) -> Iterator[tuple[asyncio.Runner, Ingest]]:
    with asyncio.Runner() as runner:
        ingest = runner.run(Ingest.begin(dsn))
        try:
            yield runner, ingest
        finally:
            runner.run(ingest.end())


@pytest.fixture
def world(database: str) -> World:
    return World(database)


def reading(claimed: datetime, number: int, by: str = "id") -> dict[str, Any]:
    """One reading, known by its id, by boot and sequence, or by what it says."""
    said: dict[str, Any] = {"measured_at": claimed.isoformat(), "steps": number}
    match by:
        case "id":
            return {**said, "id": f"r-{number}"}
        case "boot":
            return {**said, "boot_id": "b-1", "seq": number}
        case _:
            return said


# --- Pairs: the first copy and the second are judged by different times ----------------------------------------------

ago_400_days = AGE_MAX - SECOND
PAIRS = {
    "future, then past": (3 * MINUTE, [timedelta(), 5 * MINUTE]),
    "future at the edge": (FUTURE_MAX + SECOND, [timedelta(), 2 * SECOND]),
    "its own time, then past its age": (-ago_400_days, [timedelta(), 2 * SECOND]),
    "past its age both times": (-ago_400_days, [2 * SECOND, 4 * SECOND]),
    "live, then history": (timedelta(), [timedelta(), HOUR]),
    "future, then history": (HOUR, [timedelta(), 5 * HOUR]),
}


@pytest.mark.parametrize("restarted", [False, True], ids=["", "restarted"])
def test_two_copies_of_a_reading_are_one_row(world: World, restarted: bool) -> None:
    devices = {(name, by): world.device() for name in PAIRS for by in ("id", "boot", "content")}

    async def send_both(ingest: Ingest) -> None:
        for copy in (0, 1):
            for (name, by), device in devices.items():
                ahead, received_after = PAIRS[name]
                ingest.accept(device, reading(NOW + ahead, 1, by), NOW + received_after[copy])
            await (ingest.restart() if restarted else ingest.settle())

    with ingest_of(world.dsn) as (runner, ingest):
        runner.run(send_both(ingest))
    stored = {row["device_id"]: row["count"] for row in world.run("SELECT device_id, count(*) FROM reading GROUP BY 1")}
    assert {key: stored[device] for key, device in devices.items()} == dict.fromkeys(devices, 1)


@pytest.mark.parametrize("restarted", [False, True], ids=["", "restarted"])
@pytest.mark.parametrize("offset_h", [8, -8])
def test_what_came_before_an_offset_was_learned_comes_again_after_it_and_after_the_clock_was_set_right(
    world: World, offset_h: int, restarted: bool
) -> None:
    device, offset = world.device(), offset_h * HOUR
    learning = range(BELIEVED_MESSAGES * 3)

    async def play(ingest: Ingest) -> None:
        def send(step: int, received_at: datetime, offset: timedelta) -> None:
            ingest.accept(device, reading(NOW + step * MINUTE - offset, step), received_at)

        for step in learning:  # learned on the way
            send(step, NOW + step * MINUTE, offset)
        await (ingest.restart() if restarted else ingest.settle())
        (clock,) = world.run("SELECT clock_offset FROM device_clock")
        assert clock["clock_offset"] == offset
        for step in learning:  # all of it again, under the offset
            send(step, NOW + HOUR, offset)
        for step in range(60, 64):  # set right: forgotten
            send(step, NOW + step * MINUTE, timedelta())
        await (ingest.restart() if restarted else ingest.settle())
        (clock,) = world.run("SELECT clock_offset FROM device_clock")
        assert clock["clock_offset"] == timedelta()
        for step in learning:  # and again without it
            send(step, NOW + 2 * HOUR, offset)
        for step in range(60, 64):
            send(step, NOW + 9 * HOUR, timedelta())
        await ingest.settle()

    with ingest_of(world.dsn) as (runner, ingest):
        runner.run(play(ingest))
    rows = world.run("SELECT steps FROM reading ORDER BY steps")
    assert [row["steps"] for row in rows] == [*learning, *range(60, 64)]


# --- Anything: clocks that jump, copies that wait, restarts between --------------------------------------------------


@dataclass(frozen=True)
class Copy:
    """One delivery of one reading."""

    number: int
    received_at: datetime
    dup: bool
    packed: bool  #: Together with the one before it, as a batch.
    restart: bool  #: Before it.
    settle: bool  #: Wait for it before the next: else both may be in one transaction.


_OFFSETS = st.sampled_from(
    [
        timedelta(),
        timedelta(),
        8 * HOUR,
        -8 * HOUR,
        -FUTURE_MAX,
        -FUTURE_MAX - SECOND,
        AGE_MAX - 3 * MINUTE,
        timedelta(days=20_000),
        -timedelta(days=30_000),
        15 * MINUTE,
    ]
)
_DELAYS = st.sampled_from([timedelta(), SECOND, 3 * SECOND, 3 * MINUTE, 20 * MINUTE, 5 * HOUR, 60 * HOUR])


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[timedelta], list[Copy], str]:
    """What the clock is off by at each reading, one a minute, and the copies in the order of their receipts."""
    spells = draw(st.lists(st.tuples(_OFFSETS, st.integers(1, 16)), min_size=1, max_size=4))
    offsets = [offset for offset, length in spells for _ in range(length)]
    chance = st.integers(0, 9).map(lambda drawn: drawn == 0)
    copies = [
        Copy(
            number,
            NOW + number * MINUTE + delay,
            dup=draw(chance),
            packed=draw(chance),
            restart=draw(st.integers(0, 29)) == 0,
            settle=draw(st.integers(0, 3)) == 0,
        )
        for number in range(len(offsets))
        for delay in draw(st.lists(_DELAYS, min_size=1, max_size=3))
    ]
    copies.sort(key=lambda copy: copy.received_at)
    return offsets, copies, draw(st.sampled_from(["id", "boot", "content"]))


async def _play_readings(ingest: Ingest, device: UUID, offsets: list[timedelta], copies: list[Copy], by: str) -> None:
    packed: list[dict[str, Any]] = []
    for copy in copies:
        if copy.restart:
            await ingest.restart()
        packed.append(reading(NOW + copy.number * MINUTE - offsets[copy.number], copy.number, by))
        if not copy.packed:
            payload = packed[0] if len(packed) == 1 else {"readings": packed}
            ingest.accept(device, payload, copy.received_at, dup=copy.dup)
            packed = []
        if copy.settle:
            await ingest.settle()
    if packed:
        ingest.accept(device, {"readings": packed}, copies[-1].received_at)
    await ingest.settle()


async def _play_events(ingest: Ingest, device: UUID, offsets: list[timedelta], copies: list[Copy], by: str) -> None:
    for copy in copies:
        if copy.restart:
            await ingest.restart()
        claimed = NOW + copy.number * MINUTE - offsets[copy.number]
        told: dict[str, Any] = {"event": "motion", "occurred_at": claimed.isoformat()}
        told |= {"id": f"e-{copy.number}"} if by == "id" else {"component": f"c-{copy.number}"}
        told |= {"boot_id": "b-1", "seq": copy.number} if by == "boot" else {}
        ingest.accept(device, told, copy.received_at, leaf=Leaf.EVENT, dup=copy.dup)
        if copy.settle:
            await ingest.settle()
    await ingest.settle()


#: A few in every run, many by command.
MANY = pytest.mark.parametrize(
    "histories_played", [5, pytest.param(400, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]
)
_PATIENT = [HealthCheck.too_slow, HealthCheck.data_too_large]


@MANY
def test_every_reading_is_stored_once_whatever_its_clock_and_its_way(world: World, histories_played: int) -> None:
    with ingest_of(world.dsn) as (runner, ingest):

        @given(history=histories())
        @settings(max_examples=histories_played, deadline=None, suppress_health_check=_PATIENT)
        def holds(history: tuple[list[timedelta], list[Copy], str]) -> None:
            offsets, copies, by = history
            device = world.device()
            runner.run(_play_readings(ingest, device, offsets, copies, by))
            rows = world.run("SELECT steps FROM reading WHERE device_id = %(id)s ORDER BY steps", id=device)
            assert [row["steps"] for row in rows] == list(range(len(offsets)))

        holds()


@MANY
def test_every_event_is_taken_in_once_whatever_its_clock_and_its_way(world: World, histories_played: int) -> None:
    with ingest_of(world.dsn) as (runner, ingest):

        @given(history=histories())
        @settings(max_examples=max(2, histories_played // 4), deadline=None, suppress_health_check=_PATIENT)
        def holds(history: tuple[list[timedelta], list[Copy], str]) -> None:
            offsets, copies, by = history
            device = world.device()
            runner.run(_play_events(ingest, device, offsets, copies, by))
            (told,) = world.run("SELECT count(*) FROM device_event WHERE device_id = %(id)s", id=device)
            assert told["count"] == len(offsets)

        holds()
