"""After a time in which the hub could not look, nobody's silence is judged before a new grace."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from alerts.kinds import SubjectType
from alerts.observations import Subject
from hub.ingest import passing_time
from hub.ingest.monitoring import Monitoring
from hub.ingest.owner import Owner
from hub.ingest.passing_time import TimePasser
from hub.storage.database import Connection
from tests.hub.ingest.worlds import World

BEGAN = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@dataclass
class Clocks:
    """The database's clock and the machine's steady one, as the test sets them; counts who reads the first."""

    at: datetime = BEGAN
    steady_s: float = 100.0
    looks: int = 0
    unseen_s: float = 0.0  #: What passes before the next look begins.

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.steady_s += seconds

    async def database_now(self, _connection: Connection) -> datetime:
        self.looks += 1
        self.pass_s(self.unseen_s)
        self.unseen_s = 0.0
        return self.at

    async def until_looked(self) -> None:
        """A look that began after this call has ended."""
        wanted = self.looks + 2
        async with asyncio.timeout(10):
            while self.looks < wanted:
                self.pass_s(passing_time._POLL_S)
                await asyncio.sleep(0.01)


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    clocks = Clocks()
    monkeypatch.setattr(passing_time, "database_now", clocks.database_now)
    monkeypatch.setattr(passing_time, "utc_now", lambda: clocks.at)
    monkeypatch.setattr(passing_time, "monotonic_s", lambda: clocks.steady_s)
    monkeypatch.setattr(passing_time, "_POLL_S", 0.01)
    return clocks


@pytest.fixture
async def monitoring(database: str, clocks: Clocks) -> AsyncIterator[Monitoring]:
    owner = Owner(database, "test")
    epoch = await owner.become_owner()
    monitoring = Monitoring()
    monitoring.watching_since = BEGAN
    passing = asyncio.create_task(TimePasser(monitoring, database, "test").run(epoch))
    await clocks.until_looked()
    yield monitoring
    passing.cancel()
    await asyncio.gather(passing, return_exceptions=True)
    await owner.release(epoch)


async def test_who_looks_all_the_time_keeps_the_grace_of_the_start(monitoring: Monitoring, clocks: Clocks) -> None:
    for _ in range(4):
        clocks.pass_s(4)
        await clocks.until_looked()
    assert monitoring.watching_since == BEGAN


async def test_ten_minutes_without_a_look_begin_a_new_grace(monitoring: Monitoring, clocks: Clocks) -> None:
    clocks.unseen_s = 600
    before = clocks.at
    await clocks.until_looked()
    assert monitoring.watching_since is not None
    assert before + timedelta(seconds=600) <= monitoring.watching_since <= clocks.at


async def test_a_clock_that_is_set_begins_a_new_grace(monitoring: Monitoring, clocks: Clocks) -> None:
    clocks.at += timedelta(hours=1)
    await clocks.until_looked()
    assert monitoring.watching_since is not None
    assert monitoring.watching_since >= BEGAN + timedelta(hours=1)


@pytest.fixture
def due(database: str) -> Subject:
    """Somebody on file, to be looked at."""
    return Subject(type=SubjectType.RECIPIENT, id=str(World(database).recipient()))


async def test_a_look_that_takes_long_is_no_time_without_a_look(
    monitoring: Monitoring, clocks: Clocks, due: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    took_long = asyncio.Event()

    async def carry_out_slowly(*_: object) -> None:
        clocks.pass_s(passing_time._GAP_S + 1)
        took_long.set()

    monkeypatch.setattr(passing_time, "carry_out", carry_out_slowly)
    monitoring.deadlines.set(due, BEGAN)
    monitoring.woken.set()
    async with asyncio.timeout(10):
        await took_long.wait()
    await clocks.until_looked()
    assert monitoring.watching_since == BEGAN


async def test_looks_that_fail_are_no_looks(
    monitoring: Monitoring, clocks: Clocks, due: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[datetime] = []
    gone = asyncio.Event()

    async def lose_the_database(*_: object) -> None:
        tries.append(clocks.at)
        if len(tries) == 4:
            gone.set()
            return
        clocks.pass_s(passing_time._GAP_S - 2)
        raise psycopg.OperationalError("away")

    monkeypatch.setattr(passing_time, "_RETRY_S", 0.0)
    monkeypatch.setattr(passing_time, "carry_out", lose_the_database)
    monitoring.deadlines.set(due, BEGAN)
    monitoring.woken.set()
    async with asyncio.timeout(10):
        await gone.wait()
    await clocks.until_looked()
    assert monitoring.watching_since is not None
    assert monitoring.watching_since >= tries[2]
