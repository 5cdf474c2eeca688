"""A server that lets nobody in, or lets nobody write: the hub waits, knows that it is blind, and goes on by itself."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

import psycopg
import pytest

from hub.ingest import committing
from hub.storage.database import DATABASE_AWAY, open_pool
from hub.storage.faults import ServerUnableError
from hub.storage.migrate import migrate
from tests.faults.conftest import Hub, running_pipeline
from tests.faults.servers import Server, server
from tests.hub.ingest.worlds import NOW, Sent, World

SLOTS = 14


@pytest.fixture(scope="module")
def small() -> Iterator[Server]:
    """One with few slots."""
    with server(max_connections=str(SLOTS), superuser_reserved_connections="0", max_wal_senders="0") as one:
        yield one


def take_all_slots(one: Server, others: ExitStack) -> None:
    """Somebody else's programs take what is left."""
    try:
        while True:
            others.enter_context(psycopg.connect(one.dsn, application_name="other"))
    except psycopg.OperationalError as full:
        assert "too many clients" in str(full)


def end_sessions_of_hub(one: Server) -> None:
    """As a pooler or an administrator does."""
    one.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'hub %' "
        "AND application_name NOT LIKE '% owner'"
    )


def press(hub: Hub, device: UUID, number: str) -> Sent:
    """Not waited for."""
    return hub.send(device, {"id": number, "event": "sos_pressed", "occurred_at": NOW.isoformat()})


async def press_once(dsn: str, device: UUID) -> list[str]:
    """Start, and take one press in."""
    async with running_pipeline(dsn) as hub:
        return (await hub.press(device, "at start")).answers


def stored(one: Server, event_id: str) -> int:
    """How often this press stands in an incident."""
    ((count,),) = one.run(f"SELECT count(*) FROM alert WHERE event_id = '{event_id}'")
    return int(str(count))


async def test_a_hub_that_finds_no_slot_waits_and_starts_when_there_is_one(small: Server) -> None:
    world = World(small.dsn)
    device = world.device(worn_by=world.recipient())
    with ExitStack() as others:
        take_all_slots(small, others)
        starting = asyncio.create_task(press_once(small.dsn, device))
        await asyncio.sleep(0.3)  # nothing tells that nothing has happened
        assert not starting.done()
    async with asyncio.timeout(30):
        assert await starting == ["acknowledged"]


async def test_a_hub_that_loses_its_slots_goes_on_when_there_are_some(small: Server) -> None:
    world = World(small.dsn)
    device = world.device(worn_by=world.recipient())
    async with running_pipeline(small.dsn) as hub:
        await hub.press(device, "before")
        with ExitStack() as others:
            end_sessions_of_hub(small)  # they are idle, and seek new ones only when there is something to store
            take_all_slots(small, others)
            waiting = press(hub, device, "meanwhile")
            await hub.until(lambda: not hub.pipeline.storing)
            assert not waiting.answers
        await hub.until_answered()
    assert stored(small, "meanwhile") == 1


async def test_a_database_that_is_made_read_only_is_waited_for_and_nothing_is_set_aside(small: Server) -> None:
    world = World(small.dsn)
    device = world.device(worn_by=world.recipient())
    async with running_pipeline(small.dsn) as hub:
        await hub.press(device, "writable")
        small.run("ALTER ROLE anxin SET default_transaction_read_only = on")
        end_sessions_of_hub(small)
        waiting = press(hub, device, "read-only")
        await hub.until(lambda: not hub.pipeline.storing and hub.pipeline.counters.retried > 3)
        assert not waiting.answers
        with psycopg.connect(small.dsn, options="-c default_transaction_read_only=off", autocommit=True) as owner:
            owner.execute("ALTER ROLE anxin RESET default_transaction_read_only")
        await hub.until_answered()
    assert stored(small, "read-only") == 1
    assert small.run("SELECT count(*) FROM quarantined_message") == [(0,)]


async def test_a_pool_keeps_no_session_that_began_read_only(small: Server) -> None:
    small.run("ALTER ROLE anxin SET default_transaction_read_only = on")
    pool = await open_pool(small.dsn, name="test", max_size=1)
    with pytest.raises(ServerUnableError) as refused:
        async with pool.connection() as connection:
            await connection.execute("CREATE TABLE refused (x int)")
    assert isinstance(refused.value, DATABASE_AWAY)
    with pytest.raises(DATABASE_AWAY):  # the supervisor tries again, and starts the roles meanwhile
        migrate(small.dsn)
    with psycopg.connect(small.dsn, options="-c default_transaction_read_only=off", autocommit=True) as owner:
        owner.execute("ALTER ROLE anxin RESET default_transaction_read_only")
    async with pool.connection() as connection:
        await connection.execute("CREATE TABLE accepted (x int)")
    await pool.close()


async def test_a_database_that_starts_to_forget_is_trusted_with_nothing_more(
    small: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "_DURABLE_FOR_S", 0.0)
    world = World(small.dsn)
    device = world.device(worn_by=world.recipient())
    async with running_pipeline(small.dsn) as hub:
        await hub.press(device, "durable")
        small.set("fsync", "off")
        await asyncio.to_thread(wait_for_setting, small, "fsync", "off")
        waiting = press(hub, device, "forgetful")
        await hub.until(lambda: not hub.pipeline.storing)
        assert not waiting.answers
        small.set("fsync", "on")
        await hub.until_answered()
    assert stored(small, "forgetful") == 1


def wait_for_setting(one: Server, name: str, value: str) -> None:
    """A reload reaches sessions a moment later."""
    while one.run(f"SHOW {name}") != [(value,)]:
        pass
