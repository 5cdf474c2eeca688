"""Deadlines pass within a second of being due, once, whoever dies meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from hub.duty.loop import run_duty_loop
from hub.storage.database import open_pool
from tests.hub.notify.town import Town, until


@asynccontextmanager
async def duty_at_work(town: Town) -> AsyncIterator[None]:
    """A loop of its own on the town's database."""
    pool = await open_pool(town.dsn, name="duty", max_size=2)
    work = asyncio.create_task(run_duty_loop(pool, town.dsn))
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        await pool.close()


def told(town: Town, incident: UUID) -> list[str]:
    """The numbers that are owed a text, in order."""
    rows = town.run("SELECT destination FROM notification WHERE incident_id = %(id)s ORDER BY created_at", id=incident)
    return [row["destination"] for row in rows]


async def test_a_step_is_taken_within_a_second_of_its_being_due(town: Town) -> None:
    town.ladder([(0.4, "next_contact"), (3600, "contacts")])
    recipient = town.recipient()
    await town.contact(recipient, "示例联系人", "10000000001")
    async with duty_at_work(town):
        incident = await town.press(recipient)
        await until(lambda: told(town, incident))
    taken = town.run(
        "SELECT l.at - i.opened_at - interval '0.4 seconds' AS late FROM incident_log l JOIN incident i "
        "ON i.id = l.incident_id WHERE l.code = 'step_taken'"
    )[0]["late"]
    assert 0 <= taken.total_seconds() < 1


async def test_an_acknowledged_incident_stops_escalating(town: Town) -> None:
    town.ladder([(0.3, "next_contact")])
    recipient = town.recipient()
    await town.contact(recipient, "示例联系人", "10000000001")
    other = town.recipient("示例乙")
    await town.contact(other, "示例联系人", "10000000002")
    async with duty_at_work(town):
        taken = await town.press(recipient)
        await town.take(taken)
        escalated = await town.press(other)  # its step is due after the other's would have been
        await until(lambda: told(town, escalated))
    assert told(town, taken) == []


async def test_two_loops_take_each_step_once(town: Town) -> None:
    town.ladder([(0.2, "next_contact"), (0.2, "contacts"), (3600, "leader")])
    incidents = []
    async with duty_at_work(town), duty_at_work(town):
        for number in range(20):
            recipient = town.recipient()
            await town.contact(recipient, "示例联系人", f"1000000{number:04}")
            incidents.append(await town.press(recipient))
        await until(lambda: all(len(told(town, incident)) >= 2 for incident in incidents))
    for incident in incidents:
        assert town.log_codes(incident) == ["opened", "step_taken", "step_taken"]
        assert len(told(town, incident)) == 2


async def test_a_database_connection_that_is_cut_is_found_again(town: Town) -> None:
    town.ladder([(0.3, "next_contact")])
    recipient = town.recipient()
    await town.contact(recipient, "示例联系人", "10000000001")
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'hub duty%%'"
    async with duty_at_work(town):
        await until(lambda: town.run("SELECT 1 FROM pg_stat_activity WHERE application_name = 'hub duty listen'"))
        incident = await town.press(recipient)
        town.run(cut)
        await until(lambda: told(town, incident))
    assert told(town, incident) == ["10000000001"]
