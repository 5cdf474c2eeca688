"""Failover to a synchronous standby: what was acknowledged is there, once; without a standby the hub is blind."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest

from hub.ingest import passing_time, pipeline
from hub.storage.addresses import BRISK
from hub.storage.database import connect
from tests.faults.conftest import Hub, running_pipeline
from tests.faults.servers import Server, primary_and_standby
from tests.hub.ingest.worlds import NOW, Sent, World

PRESSERS = 8


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Server, Server]]:
    """Primary and standby; the tests run in the order of this file, the last one ends the primary."""
    with primary_and_standby() as servers:
        yield servers


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_EVENT_DUTY", "_TELEMETRY_DUTY"):
        duty = getattr(pipeline, name)
        monkeypatch.setattr(pipeline, name, replace(duty, patience=replace(duty.patience, answer_s=0.5)))
    hasty = partial(connect, patience=replace(BRISK, answer_s=0.5))
    monkeypatch.setattr(
        passing_time, "connect", hasty
    )  # it holds what it knows of a person until its commit is through


def several_hosts(*servers: Server) -> str:
    """All of them in one address."""
    return f"postgresql://anxin@/anxin?host={','.join(str(one.socket) for one in servers)}"


async def test_while_the_standby_is_gone_nothing_is_acknowledged_and_the_hub_knows_that_it_is_blind(
    pair: tuple[Server, Server],
) -> None:
    primary, standby = pair
    world = World(primary.dsn)
    device = await asyncio.to_thread(world.device, worn_by=await asyncio.to_thread(world.recipient))
    async with running_pipeline(several_hosts(primary, standby)) as hub:
        await hub.press(device, "before")
        standby.stop()
        waiting = send(hub, device, "while away")
        await hub.until(lambda: not hub.pipeline.storing)
        cancel_waits(primary)  # an administrator who thinks that it hangs: the commit stands here and nowhere else
        await asyncio.sleep(0)
        await hub.until(lambda: hub.pipeline.counters.retried >= 3)
        assert not waiting.answers
        standby.start()
        await hub.until_answered()
    assert waiting.answers == ["acknowledged"]
    rows = primary.run("SELECT count(*) FROM alert WHERE event_id = 'while away'")
    assert rows == [(1,)]


async def test_a_cancelled_wait_for_the_standby_is_no_commit_to_the_hub(pair: tuple[Server, Server]) -> None:
    primary, standby = pair
    standby.stop()
    async with await connect(primary.dsn, name="test") as connection:
        committing = asyncio.create_task(connection.execute("CREATE TABLE once (x int); COMMIT"))
        while not cancel_waits(primary):
            await asyncio.sleep(0.01)
        with pytest.raises(Exception, match="synchronous standby was cancelled"):
            await committing
    standby.start()


async def test_what_was_acknowledged_when_the_primary_died_is_there_once_after_the_failover(
    pair: tuple[Server, Server],
) -> None:
    primary, standby = pair
    world = World(primary.dsn)
    devices = [world.device(worn_by=world.recipient(f"示例{number}")) for number in range(PRESSERS)]
    async with running_pipeline(several_hosts(primary, standby)) as hub:
        pressing = [asyncio.create_task(press_for_ever(hub, device)) for device in devices]
        await hub.until(lambda: acknowledged(hub) > 10 * PRESSERS)
        primary.kill()
        before = acknowledged(hub)
        standby.promote()
        standby.set("synchronous_standby_names", "")
        await hub.until(lambda: acknowledged(hub) > before + 10 * PRESSERS)
        for task in pressing:
            task.cancel()
        await asyncio.gather(*pressing, return_exceptions=True)
        await hub.until_answered()
    stored = standby.run("SELECT device_id, event_id, count(*) FROM alert GROUP BY device_id, event_id")
    counts = {(device, event): count for device, event, count in stored if event not in {"before", "while away"}}
    assert set(counts.values()) == {1}
    assert len(counts) == acknowledged(hub)


def send(hub: Hub, device: UUID, event_id: str) -> Sent:
    """One press, not waited for."""
    return hub.send(device, {"id": event_id, "event": "sos_pressed", "occurred_at": NOW.isoformat()})


async def press_for_ever(hub: Hub, device: UUID) -> None:
    """One press after the other, each once the one before is acknowledged."""
    number = 0
    while True:
        number += 1
        await hub.press(device, str(number))


def acknowledged(hub: Hub) -> int:
    """How many have their answer."""
    return sum(sent.answers == ["acknowledged"] for sent in hub.sent)


def cancel_waits(primary: Server) -> bool:
    """End every wait for the standby; whether there was one."""
    return bool(primary.run("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))
