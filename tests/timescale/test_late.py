"""Late and repeated readings into weeks that are packed: counted, row by row, against what a set in memory says."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hub.identity import new_id
from hub.ingest.admission import Admitted
from hub.ingest.monitoring import Monitoring, Sitting
from hub.ingest.source import Leaf
from hub.ingest.telemetry_intake import take_in_telemetry
from hub.storage.database import database_now
from hub.storage.rollups import Resolution
from hub.storage.senders import find_senders
from hub.storage.time_series import TimeSeries
from tests.hub.ingest.worlds import Sent
from tests.timescale.stores import VILLAGE, Store, reading

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
async def test_whatever_comes_late_and_twice_into_packed_weeks_is_there_once(store: Store, seed: int) -> None:
    """Each statement: some rows that are packed, some that came late into packed weeks, some new ones, some twice."""
    chance = random.Random(seed)
    devices, now = [new_id() for _ in range(3)], store.now
    pool = [
        reading(
            chance.choice(devices),
            now - 40 * DAY - chance.randrange(28 * 24 * 60) * MINUTE,
            heart_rate_bpm=chance.choice([None, 70.0]),
        )
        for _ in range(1200)
    ]
    stored: set[int] = set()
    for statement in range(15):
        rows = chance.choices(range(len(pool)), k=chance.choice([1, 20, 120]))
        assert await store.insert([pool[row] for row in rows]) == len(set(rows) - stored)
        stored |= set(rows)
        if statement % 6 == 2:
            store.pack()
    assert (store.pack() > 0) == (store.kind is TimeSeries.TIMESCALE)
    assert await store.insert([pool[row] for row in sorted(stored)]) == 0
    counted = store.run("SELECT count(*) AS n, count(DISTINCT (device_id, measured_at, identity)) AS d FROM reading")
    assert counted == [{"n": len(stored), "d": len(stored)}]


async def test_late_readings_are_in_the_roll_ups_of_packed_weeks(store: Store) -> None:
    device_id, hour = new_id(), (store.now - 50 * DAY).replace(minute=0, second=0, microsecond=0)
    await store.insert([reading(device_id, hour + minute * MINUTE, heart_rate_bpm=60.0) for minute in range(10)])
    await store.pass_time()
    store.pack()
    late = [reading(device_id, hour + (10 + minute) * MINUTE, heart_rate_bpm=90.0) for minute in range(10)]
    assert await store.insert(late) == 10
    assert await store.insert(late) == 0
    await store.pass_time()
    (point,) = await store.series(Resolution.HOUR, device_id=device_id)
    assert point.readings == 20
    assert point.measures["heart_rate_bpm"].avg == 75


async def test_a_reading_that_is_packed_at_its_own_time_is_not_stored_again_at_a_corrected_one(store: Store) -> None:
    """And one that was stored corrected is known by the ledger, although its week was packed since."""
    device_id, now = new_id(), store.now
    store.run(f"INSERT INTO division (id, name, level) VALUES ('{VILLAGE}', '示例村', 'village')")
    store.run(
        "INSERT INTO device (id, division_id, kind, secret_sha256) VALUES (%(id)s, '990101001001', 'smartwatch', 'x')",
        id=device_id,
    )
    history = [_said(now - 60 * DAY + minute * MINUTE, minute) for minute in range(50)]
    later = [_said(now - 59 * DAY + minute * MINUTE, minute) for minute in range(50)]
    await _take_in(store, device_id, history, now)
    store.pack()
    store.run(
        "INSERT INTO device_clock (device_id, clock_offset, reported, touched_at) "
        "VALUES (%(id)s, interval '8 hours', false, now()) "
        "ON CONFLICT (device_id) DO UPDATE SET clock_offset = excluded.clock_offset",
        id=device_id,
    )
    await _take_in(store, device_id, history, now + HOUR)
    await _take_in(store, device_id, later, now + HOUR)
    store.pack()
    await _take_in(store, device_id, [*history, *later], now + 2 * HOUR)
    counted = store.run("SELECT quality, count(*) AS n FROM reading GROUP BY quality ORDER BY quality")
    assert counted == [{"quality": "corrected", "n": 50}, {"quality": "device", "n": 50}]


def _said(claimed: datetime, steps: int) -> dict[str, Any]:
    return {"measured_at": claimed.isoformat(), "steps": steps}


async def _take_in(store: Store, device_id: UUID, readings: list[dict[str, Any]], received_at: datetime) -> None:
    """One batch through intake, on the one connection that this TimescaleDB has."""
    message = Sent().message(device_id, {"readings": readings}, Leaf.TELEMETRY, received_at=received_at)
    async with store.connected() as connection, connection.transaction():
        monitoring = Monitoring()
        await monitoring.load(connection, received_at)
        sitting = Sitting(monitoring, await database_now(connection))
        device = (await find_senders(connection, [device_id]))[device_id]
        await take_in_telemetry(connection, [Admitted(message, device)], sitting)
        await sitting.save(connection)
