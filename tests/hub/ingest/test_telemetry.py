"""Readings and statuses through the real pipeline and a real database."""

import asyncio
from datetime import timedelta

import pytest

from hub.ingest.pipeline import Pipeline
from hub.ingest.source import Leaf
from tests.hub.ingest.conftest import Send
from tests.hub.ingest.worlds import NOW, Sent, World

READING = {"id": "r-1", "measured_at": NOW.isoformat(), "heart_rate_bpm": 72, "battery_pct": 88, "worn": True}


async def test_a_reading_is_one_row_with_its_three_times_and_its_wearer(world: World, send: Send) -> None:
    recipient = world.recipient()
    device = world.device(worn_by=recipient)
    assert await send(device, {**READING, "vendor_mood": "good"}, Leaf.TELEMETRY) == ["acknowledged"]
    (row,) = world.run("SELECT * FROM reading")
    assert (row["measured_at"], row["received_at"], row["device_measured_at"]) == (NOW, NOW, NOW)
    assert (row["recipient_id"], row["heart_rate_bpm"], row["quality"]) == (recipient, 72, "device")
    assert row["extra"] == {"vendor_mood": "good"}
    (state,) = world.run("SELECT battery_pct, worn, last_seen_at FROM device_state")
    assert (state["battery_pct"], state["worn"], state["last_seen_at"]) == (88, True, NOW)


@pytest.mark.parametrize("measured_at", [NOW.isoformat(), "2099-01-01T00:00:00Z"])
async def test_a_reading_that_comes_twice_is_stored_once(world: World, send: Send, measured_at: str) -> None:
    device = world.device()
    for later in (0, 30):
        await send(
            device,
            {**READING, "measured_at": measured_at},
            Leaf.TELEMETRY,
            received_at=NOW + timedelta(seconds=later),
        )
    assert len(world.run("SELECT 1 FROM reading")) == 1


async def test_a_batch_is_one_row_a_reading(world: World, send: Send) -> None:
    device = world.device()
    history = [
        {"measured_at": (NOW - timedelta(minutes=minute)).isoformat(), "heart_rate_bpm": 60 + minute}
        for minute in range(30)
    ]
    await send(device, {"readings": [*history, history[0]]}, Leaf.TELEMETRY)
    rows = world.run("SELECT historical FROM reading")
    assert len(rows) == 30
    assert sum(row["historical"] for row in rows) == 19


async def test_a_large_batch_is_stored_in_portions_each_row_once_with_its_own_fields(world: World, send: Send) -> None:
    device = world.device()
    history = [
        {"measured_at": (NOW - timedelta(seconds=second)).isoformat(), "heart_rate_bpm": 60} for second in range(250)
    ]
    history[240]["steps"] = 7
    await send(device, {"readings": [*history, history[0]]}, Leaf.TELEMETRY)
    rows = world.run("SELECT steps, heart_rate_bpm FROM reading ORDER BY measured_at DESC")
    assert [row["heart_rate_bpm"] for row in rows] == [60] * 250
    assert [(number, row["steps"]) for number, row in enumerate(rows) if row["steps"] is not None] == [(240, 7)]
    (tally,) = world.run("SELECT readings_stored, readings_repeated FROM intake_tally")
    assert (tally["readings_stored"], tally["readings_repeated"]) == (250, 1)


async def test_an_hour_of_history_changes_no_live_state(world: World, send: Send) -> None:
    device = world.device()
    await send(device, READING, Leaf.TELEMETRY)
    old = {"measured_at": (NOW - timedelta(hours=1)).isoformat(), "battery_pct": 12, "worn": False}
    await send(device, old, Leaf.TELEMETRY)
    (state,) = world.run("SELECT battery_pct, worn FROM device_state")
    assert (state["battery_pct"], state["worn"]) == (88, True)


async def test_zero_heart_rate_is_no_reading(world: World, send: Send) -> None:
    await send(world.device(), {**READING, "heart_rate_bpm": 0, "spo2_pct": 0}, Leaf.TELEMETRY)
    (row,) = world.run("SELECT heart_rate_bpm, spo2_pct FROM reading")
    assert (row["heart_rate_bpm"], row["spo2_pct"]) == (None, None)


@pytest.mark.parametrize("consent", [True, False])
async def test_a_place_is_kept_only_with_consent(world: World, send: Send, consent: bool) -> None:
    device = world.device(worn_by=world.recipient())
    world.run("UPDATE recipient SET location_consent = %(consent)s", consent=consent)
    await send(device, {**READING, "location": {"lat": 37.6, "lon": 114.9, "source": "gps"}}, Leaf.TELEMETRY)
    (row,) = world.run("SELECT lat FROM reading")
    assert (row["lat"] is not None) is consent


async def test_what_cannot_be_read_is_set_aside_with_the_field_and_counted(world: World, send: Send) -> None:
    device = world.device()
    for _ in range(3):
        assert await send(device, {**READING, "spo2_pct": 400}, Leaf.TELEMETRY) == ["acknowledged"]
    kept = world.run("SELECT reason FROM quarantined_message")
    assert kept[0]["reason"]["params"]["field"] == "spo2_pct"
    (item,) = world.run("SELECT kind, occurrences FROM maintenance_item")
    assert (item["kind"], item["occurrences"]) == ("quarantine", 3)
    assert world.incidents() == []


async def test_a_status_says_online_and_a_will_offline(world: World, send: Send) -> None:
    device = world.device()
    await send(device, {"online": True, "firmware": "1.2", "boot_id": "b7"}, Leaf.STATUS)
    await send(device, {"online": False}, Leaf.STATUS)
    (state,) = world.run("SELECT online, firmware, boot_id FROM device_state")
    assert (state["online"], state["firmware"], state["boot_id"]) == (False, "1.2", "b7")


async def test_a_press_overtakes_a_queue_of_readings(world: World, pipeline: Pipeline) -> None:
    bulk, press = Sent(), Sent()
    devices = [world.device() for _ in range(3)]
    for number in range(3000):
        reading = {"id": f"r-{number}", "measured_at": NOW.isoformat()}
        pipeline.accept(bulk.message(devices[number % 3], reading, Leaf.TELEMETRY))
    pressed = world.device(worn_by=world.recipient())
    pipeline.accept(press.message(pressed, {"id": "p-1", "event": "sos_pressed"}))
    async with asyncio.timeout(20):
        while not press.answers:
            await asyncio.sleep(0.002)
        assert len(bulk.answers) < 3000
        while len(bulk.answers) < 3000:
            await asyncio.sleep(0.01)
    assert len(world.run("SELECT 1 FROM reading")) == 3000
