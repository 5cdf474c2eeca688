"""What is the same and what is not: by id, by boot and sequence, by content, at the edges of what is remembered."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.ingest.source import Leaf
from hub.storage.database import connect
from hub.storage.retention import RetentionPeriods, delete_expired
from tests.hub.ingest.conftest import Send
from tests.hub.ingest.worlds import NOW, World

MINUTE = timedelta(minutes=1)
KNOWN_BY: tuple[dict[str, Any], ...] = ({"id": "x"}, {"boot_id": "b", "seq": 1})
PRESS = {"event": "sos_pressed", "occurred_at": NOW.isoformat()}


def reading(claimed: datetime = NOW, **fields: Any) -> dict[str, Any]:
    return {"measured_at": claimed.isoformat(), **fields}


def count(world: World, rows: str) -> int:
    (row,) = world.run(f"SELECT count(*) FROM {rows}")
    return int(row["count"])


async def expire(world: World) -> None:
    async with await connect(world.dsn, name="housekeeping") as connection:
        await delete_expired(connection, RetentionPeriods())


# --- Readings --------------------------------------------------------------------------------------------------------


async def test_a_repeated_batch_with_one_new_reading_stores_that_one(world: World, send: Send) -> None:
    device = world.device()
    batch = [reading(NOW - minute * MINUTE, steps=minute) for minute in range(20)]
    await send(device, {"readings": batch}, Leaf.TELEMETRY)
    await send(device, {"readings": [reading(NOW + MINUTE, steps=21), *batch]}, Leaf.TELEMETRY)
    assert count(world, "reading") == 21


async def test_a_reading_without_id_is_the_same_alone_and_in_a_batch(world: World, send: Send) -> None:
    device = world.device()
    await send(device, reading(steps=1), Leaf.TELEMETRY)
    await send(device, {"readings": [reading(steps=1), reading(NOW - MINUTE, steps=0)]}, Leaf.TELEMETRY)
    assert count(world, "reading") == 2


async def test_the_first_contents_of_a_repeated_identity_stay(world: World, send: Send) -> None:
    for known_by in KNOWN_BY:
        device = world.device()
        for steps in (1, 2):
            await send(device, reading(steps=steps, **known_by), Leaf.TELEMETRY)
        assert world.run("SELECT steps FROM reading WHERE device_id = %(id)s", id=device) == [{"steps": 1}]


async def test_firmware_that_runs_out_of_ids_loses_no_reading(world: World, send: Send) -> None:
    """Ids to 7, then from 0 again: another time makes another reading, whatever the clock says."""
    for slow_by in (timedelta(), timedelta(hours=8), -timedelta(hours=8), timedelta(days=20_000)):
        device = world.device()
        for minute in range(20):
            now = NOW + minute * MINUTE
            await send(device, reading(now - slow_by, id=minute % 8, steps=minute), Leaf.TELEMETRY, received_at=now)
        rows = world.run("SELECT steps FROM reading WHERE device_id = %(id)s ORDER BY steps", id=device)
        assert [row["steps"] for row in rows] == list(range(20))


async def test_a_sequence_that_begins_anew_without_a_boot_id_loses_nothing(world: World, send: Send) -> None:
    device = world.device()
    for minute, seq in enumerate([1, 2, 3, 1, 2, 3]):
        await send(device, reading(NOW + minute * MINUTE, seq=seq), Leaf.TELEMETRY, received_at=NOW + minute * MINUTE)
    assert count(world, "reading") == 6
    for minute, seq in enumerate([1, 2, 1, 2]):
        await send(device, {**PRESS, "occurred_at": (NOW + minute * MINUTE).isoformat(), "seq": seq})
    assert count(world, "device_event") == 4


async def test_a_reading_at_its_own_time_is_known_for_ever(world: World, send: Send) -> None:
    device = world.device()
    await send(device, reading(id="r"), Leaf.TELEMETRY)
    later = NOW + timedelta(days=80)
    await expire(world)
    await send(device, reading(id="r"), Leaf.TELEMETRY, received_at=later)
    assert count(world, "reading") == 1


@pytest.mark.parametrize(("age_h", "stored"), [(71, 1), (73, 2)])
async def test_a_reading_at_the_time_of_its_receipt_is_known_for_72_hours(
    world: World, send: Send, age_h: int, stored: int
) -> None:
    device = world.device()
    early = reading(NOW + timedelta(hours=1), id="r")
    await send(device, early, Leaf.TELEMETRY)
    world.run(f"UPDATE reading_identity SET seen_at = seen_at - interval '{age_h} hours'")
    await expire(world)
    await send(device, early, Leaf.TELEMETRY, received_at=NOW + timedelta(hours=age_h))
    assert count(world, "reading") == stored


async def test_a_corrected_reading_is_known_for_longer_while_its_clock_is_off_by_the_same(
    world: World, send: Send
) -> None:
    device = world.device()
    for minute in range(12):
        now = NOW + minute * MINUTE
        early = reading(now - timedelta(hours=8), id=minute)
        await send(device, early, Leaf.TELEMETRY, received_at=now)
    world.run("DELETE FROM reading_identity")
    await send(device, early, Leaf.TELEMETRY, received_at=NOW + timedelta(hours=80))
    assert count(world, "reading") == 12


# --- Events ----------------------------------------------------------------------------------------------------------


async def test_other_contents_under_a_known_identity_are_another_event_a_day_later(world: World, send: Send) -> None:
    for after, told in ((timedelta(hours=23), 1), (timedelta(hours=25), 2)):
        for known_by in KNOWN_BY:
            device = world.device(worn_by=world.recipient())
            await send(device, {**PRESS, **known_by})
            world.run("UPDATE event_identity SET seen_at = seen_at - %(after)s", after=after)
            other = {**PRESS, **known_by, "occurred_at": (NOW + after).isoformat(), "evidence": {"heart_rate_bpm": 120}}
            await send(device, other, received_at=NOW + after)
            for table in ("device_event", "alert"):
                assert count(world, f"{table} WHERE device_id = '{device}'") == told


@pytest.mark.parametrize(("age_days", "told"), [(89, 1), (91, 2)])
async def test_the_same_event_is_the_same_for_90_days(world: World, send: Send, age_days: int, told: int) -> None:
    """A device that repeats an event for longer has been away longer than its memory: better twice than never."""
    device = world.device(worn_by=world.recipient())
    press = {**PRESS, "id": "e"}
    await send(device, press)
    world.run(f"UPDATE event_identity SET seen_at = seen_at - interval '{age_days} days'")
    await expire(world)
    await send(device, press, received_at=NOW + timedelta(days=age_days))
    assert count(world, "device_event") == told
    assert [row["late"] for row in world.run("SELECT late FROM alert ORDER BY received_at")] == [False, True][:told]


async def test_an_event_outlives_the_bytes_it_came_in(world: World, send: Send) -> None:
    """Retention deletes in an order in which nothing is left that points at nothing."""
    device = world.device(worn_by=world.recipient())
    await send(device, {**PRESS, "id": "e"})
    world.run("UPDATE event_identity SET seen_at = seen_at - interval '91 days'")
    world.run("UPDATE device_event SET received_at = received_at - interval '200 days'")
    await expire(world)
    await expire(world)
    assert count(world, "event_identity") == 0
    assert [bytes(row["payload"]) for row in world.run("SELECT payload FROM device_event")] == [b""]
    assert count(world, "alert") == 1
