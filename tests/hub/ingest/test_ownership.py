"""One owner at a time, proven by the database."""

import asyncio

import pytest

from hub.ingest.owner import Owner
from hub.ingest.pipeline import Pipeline
from hub.storage import ownership
from hub.storage.database import DATABASE_AWAY, Connection, connect
from hub.storage.ownership import NotOwnerError
from tests.hub.ingest.worlds import Sent, World


async def test_the_standby_waits_while_the_owner_lives_and_follows_when_it_is_gone(database: str) -> None:
    first, second = Owner(database, "first"), Owner(database, "second")
    epoch = await first.become_owner()
    waiting = asyncio.create_task(second.become_owner())
    done, _ = await asyncio.wait({waiting}, timeout=0.6)
    assert not done
    await first.release(epoch)
    async with asyncio.timeout(5):
        following = await waiting
    assert following.number == epoch.number + 1
    await second.release(following)


async def test_an_owner_whose_connection_died_is_followed_at_once(database: str, world: World) -> None:
    first, second = Owner(database, "first"), Owner(database, "second")
    gone = await first.become_owner()
    world.run("SELECT pg_terminate_backend(backend_pid) FROM owner_epoch")
    async with asyncio.timeout(3):
        following = await second.become_owner()
    await first.release(gone)
    await second.release(following)


async def test_an_owner_that_stalls_is_followed_and_finds_itself_fenced(database: str, world: World) -> None:
    first, second = Owner(database, "first"), Owner(database, "second")
    stale = await first.become_owner()
    world.run("UPDATE owner_epoch SET lease_until = now() - interval '1 second'")
    fresh = await second.become_owner()
    async with await connect(database, name="test") as connection:
        with pytest.raises(NotOwnerError):
            await ownership.fence(connection, stale)
    with pytest.raises(NotOwnerError):
        await first.stay_owner(stale)
    await first.release(stale)
    await second.release(fresh)


async def test_a_standby_that_waits_holds_up_nobody(database: str) -> None:
    first, second = Owner(database, "first"), Owner(database, "second")
    epoch = await first.become_owner()
    waiting = asyncio.create_task(second.become_owner())
    async with (
        await connect(database, name="ingest first event") as events,
        await connect(database, name="ingest first telemetry") as telemetry,
        events.transaction(),
    ):
        await ownership.fence(events, epoch)
        await asyncio.wait({waiting}, timeout=0.6)  # the standby has asked meanwhile, while a transaction is in flight
        async with asyncio.timeout(2), telemetry.transaction():
            await ownership.fence(telemetry, epoch)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await second._disconnect()
    await first.release(epoch)


async def test_an_owner_that_was_stopped_in_a_transaction_is_followed_when_its_lease_is_over(
    database: str, world: World
) -> None:
    first, second = Owner(database, "first"), Owner(database, "second")
    epoch = await first.become_owner()
    async with await connect(database, name="ingest first event") as events:
        await ownership.fence(events, epoch)  # and here it was stopped
        world.run("SELECT pg_terminate_backend(backend_pid) FROM owner_epoch")
        waiting = asyncio.create_task(second.become_owner())
        done, _ = await asyncio.wait({waiting}, timeout=0.8)
        assert not done, "the lease still runs, and the transaction still holds the lock"
        world.run("UPDATE owner_epoch SET lease_until = now() - interval '1 second'")
        async with asyncio.timeout(3):
            following = await waiting
        assert following.number == epoch.number + 1
        assert events.closed or (await _is_ended(events))
    await first.release(epoch)
    await second.release(following)


async def _is_ended(connection: Connection) -> bool:
    with pytest.raises(DATABASE_AWAY):
        await connection.execute("SELECT 1")
    return True


async def test_an_owner_goes_on_after_the_database_was_away(database: str, world: World) -> None:
    owner = Owner(database, "only")
    epoch = await owner.become_owner()
    staying = asyncio.create_task(owner.stay_owner(epoch))
    before = world.run("SELECT backend_pid FROM owner_epoch")[0]["backend_pid"]
    world.run("SELECT pg_terminate_backend(backend_pid) FROM owner_epoch")
    async with asyncio.timeout(10):
        while world.run("SELECT backend_pid FROM owner_epoch")[0]["backend_pid"] == before:
            await asyncio.sleep(0.05)
    assert not staying.done()
    staying.cancel()
    await owner.release(epoch)


async def test_a_pipeline_that_lost_ownership_acknowledges_nothing(database: str, world: World) -> None:
    device = world.device()
    first, second = Owner(database, "first"), Owner(database, "second")
    stale = await first.become_owner()
    world.run("UPDATE owner_epoch SET lease_until = now() - interval '1 second'")
    fresh = await second.become_owner()
    pipeline, sent = Pipeline(database, "first"), Sent()
    pipeline.accept(sent.message(device, {"id": "p-1", "event": "sos_pressed"}))
    with pytest.raises(ExceptionGroup) as lost:
        await pipeline.run(stale)
    assert lost.group_contains(NotOwnerError)
    assert sent.answers == []
    assert world.incidents() == []
    await first.release(stale)
    await second.release(fresh)


async def test_a_press_waits_for_a_database_that_is_away_and_is_then_stored_once(
    world: World, pipeline: Pipeline
) -> None:
    device, sent = world.device(worn_by=world.recipient()), Sent()
    pipeline.accept(sent.message(device, {"id": "p-0", "event": "sos_pressed"}))
    async with asyncio.timeout(10):
        while not sent.answers:
            await asyncio.sleep(0.002)
    world.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'hub ingest test event'"
    )
    again = Sent()
    pipeline.accept(again.message(device, {"id": "p-1", "event": "sos_pressed"}))
    async with asyncio.timeout(10):
        while not again.answers:
            await asyncio.sleep(0.002)
    assert pipeline.counters.retried >= 1
    assert len(world.run("SELECT 1 FROM alert WHERE event_id = 'p-1'")) == 1
