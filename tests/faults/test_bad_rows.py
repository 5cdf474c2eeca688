"""One row that fails holds up no other: deadlines and texts.

What waits for a lock of the work under test runs in a thread: that work needs the event loop to give the lock back.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import pytest

from hub.duty.loop import run_duty_loop
from hub.storage import troubled
from hub.storage.database import open_pool
from hub.storage.retention import RetentionPeriods, delete_expired
from hub.storage.troubled import Troubled
from tests.hub.notify.conftest import town
from tests.hub.notify.town import FakeChannel, Town, outbox_at_work, until

__all__ = ["town"]


@pytest.fixture(autouse=True)
def _short_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(troubled, "_PAUSE_FIRST_S", 0.05)
    monkeypatch.setattr(troubled, "_PAUSE_MAX_S", 0.2)


@asynccontextmanager
async def duty_at_work(town: Town, troubles: Troubled) -> AsyncIterator[None]:
    """Deadlines are passed."""
    pool = await open_pool(town.dsn, name="duty", max_size=2)
    work = asyncio.create_task(run_duty_loop(pool, town.dsn, troubles))
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        await pool.close()


def poison(town: Town, table: str, column: str, row: UUID, error: str) -> None:
    """The database refuses to write rows of this table in which the column says this."""
    town.run("CREATE SEQUENCE IF NOT EXISTS tries")
    name = f"refuse_{table}"
    town.run(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.{column} = '{row}' THEN PERFORM nextval('tries'); RAISE 'poisoned' USING ERRCODE = '{error}'; "
        f"END IF; RETURN NEW; END $$"
    )
    town.run(f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def tries(town: Town) -> int:
    """How often the poisoned row was tried."""
    return int(town.run("SELECT last_value FROM tries")[0]["last_value"])


def told(town: Town, incident: UUID) -> list[str]:
    """The numbers that are owed a text."""
    rows = town.run("SELECT destination FROM notification WHERE incident_id = %(id)s", id=incident)
    return [row["destination"] for row in rows]


@pytest.mark.parametrize(("error", "also_its_timer"), [("P0001", True), ("57014", False)])
async def test_a_deadline_that_fails_rests_and_the_other_incidents_escalate(
    town: Town, error: str, *, also_its_timer: bool
) -> None:
    town.ladder([(0.1, "next_contact")])
    people = [town.recipient(name) for name in ("甲", "乙")]
    for number, person in enumerate(people):
        await town.contact(person, "示例联系人", f"1000000000{number}")
    bad, good = [await town.press(person) for person in people]
    await asyncio.to_thread(poison, town, "incident_log", "incident_id", bad, error)
    if also_its_timer:
        await asyncio.to_thread(poison, town, "timer", "owner_id", bad, error)
    troubles = Troubled()
    async with duty_at_work(town, troubles):
        await until(lambda: told(town, good))
        await until(lambda: tries(town) >= 2)
        assert troubles.worst() is not None
        assert told(town, bad) == []
        await asyncio.to_thread(town.run, "DROP TRIGGER refuse_incident_log ON incident_log")
        if also_its_timer:
            await asyncio.to_thread(town.run, "DROP TRIGGER refuse_timer ON timer")
        await asyncio.to_thread(
            town.run,
            "UPDATE timer SET due_at = least(due_at, clock_timestamp()), retry_at = NULL WHERE owner_id = %(id)s",
            id=bad,
        )
        await until(lambda: told(town, bad))
        await until(lambda: troubles.worst() is None)


@pytest.mark.parametrize("error", ["P0001", "57014"])
async def test_a_text_that_cannot_be_begun_rests_and_the_others_leave(town: Town, error: str) -> None:
    incidents = [await town.press(town.recipient(name)) for name in ("甲", "乙")]
    bad, good = [town.owe(incident, f"1000000000{n}", person=f"p{n}") for n, incident in enumerate(incidents)]
    await asyncio.to_thread(poison, town, "attempt", "notification_id", bad, error)
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await until(lambda: town.state(good) == "sent")
        await until(lambda: tries(town) >= 2)
        assert town.state(bad) == "owed"
        await asyncio.to_thread(town.run, "DROP TRIGGER refuse_attempt ON attempt")
        await until(lambda: town.state(bad) == "sent")
    assert sorted(number for number, _ in channel.texts) == ["10000000000", "10000000001"]


async def test_an_outcome_that_cannot_be_recorded_ends_no_worker(town: Town) -> None:
    incidents = [await town.press(town.recipient(name)) for name in ("甲", "乙")]
    bad = town.owe(incidents[0], "10000000000", person="p0")
    town.run("CREATE SEQUENCE IF NOT EXISTS tries")
    town.run(
        f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.notification_id = '{bad}' "
        "AND NEW.state = 'accepted' THEN PERFORM nextval('tries'); RAISE 'poisoned'; END IF; RETURN NEW; END $$"
    )
    town.run("CREATE TRIGGER refuse BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION refuse()")
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await until(lambda: channel.texts)
        good = town.owe(incidents[1], "10000000001", person="p1")
        await until(lambda: town.state(good) == "sent")
        await until(lambda: "unknown" in town.states(bad))


async def test_what_cannot_be_deleted_keeps_nothing_else_from_being_deleted(town: Town) -> None:
    person = town.recipient()
    town.run("INSERT INTO reading_identity VALUES (%(id)s, 'x', now() - interval '1 year')", id=town.device())
    town.run("INSERT INTO event_identity VALUES (%(id)s, 'x', %(id)s, 'x', 1, now() - interval '1 year')", id=person)
    town.run(
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'kept'; END $$;"
        "CREATE TRIGGER keep BEFORE DELETE ON event_identity FOR EACH ROW EXECUTE FUNCTION keep()"
    )
    troubles = Troubled()
    async with town.pool.connection() as connection:
        await delete_expired(connection, RetentionPeriods(), troubles)
    assert town.run("SELECT 1 FROM reading_identity") == []
    assert len(town.run("SELECT 1 FROM event_identity")) == 1
    assert troubles.count == 1
