"""Clocks that are off, through the real pipeline: what is live, what is late, and what maintenance is told."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hub.ingest.source import Leaf
from hub.storage.database import connect
from hub.storage.retention import RetentionPeriods, delete_expired
from tests.hub.ingest.conftest import Send
from tests.hub.ingest.worlds import NOW, World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EIGHT_HOURS = 8 * HOUR


def reading(claimed: datetime, **fields: Any) -> dict[str, Any]:
    return {"measured_at": claimed.isoformat(), **fields}


async def live_for(
    send: Send, device: UUID, minutes: int, *, slow_by: timedelta, since: datetime = NOW, **fields: Any
) -> datetime:
    """A reading a minute, each sent as it is measured; returns when the last one was received."""
    for minute in range(minutes):
        now = since + minute * MINUTE
        await send(device, reading(now - slow_by, **fields), Leaf.TELEMETRY, received_at=now)
    return now


def clocks(world: World) -> list[timedelta]:
    return [row["clock_offset"] for row in world.run("SELECT clock_offset FROM device_clock")]


def clock_items(world: World) -> list[tuple[str, str, int | None]]:
    """(state, code, offset in seconds) of the maintenance items about clocks."""
    items = world.run("SELECT state, explanation FROM maintenance_item WHERE kind = 'clock_wrong' ORDER BY opened_at")
    return [
        (item["state"], item["explanation"]["code"], item["explanation"]["params"].get("offset_s")) for item in items
    ]


async def test_a_device_that_is_hours_slow_becomes_live_and_its_press_is_not_late(world: World, send: Send) -> None:
    device = world.device("smartwatch", worn_by=world.recipient())
    now = await live_for(send, device, 12, slow_by=EIGHT_HOURS, battery_pct=70)
    rows = world.run("SELECT historical, quality, measured_at, device_measured_at FROM reading ORDER BY received_at")
    assert (rows[0]["historical"], rows[0]["quality"]) == (True, "device")
    assert (rows[-1]["historical"], rows[-1]["quality"]) == (False, "corrected")
    assert (rows[-1]["measured_at"], rows[-1]["device_measured_at"]) == (now, now - EIGHT_HOURS)
    (state,) = world.run("SELECT battery_pct, measured_at FROM device_state")
    assert (state["battery_pct"], state["measured_at"]) == (70, now)
    press = {"id": "p-1", "event": "sos_pressed", "occurred_at": (now - EIGHT_HOURS).isoformat()}
    await send(device, press, received_at=now)
    (alert,) = world.run("SELECT occurred_at, late FROM alert")
    assert (alert["occurred_at"], alert["late"]) == (now, False)
    (event,) = world.run("SELECT quality, historical FROM device_event")
    assert (event["quality"], event["historical"]) == ("corrected", False)


async def test_maintenance_is_told_by_how_much_once_and_that_it_is_over(world: World, send: Send) -> None:
    device = world.device("smartwatch")
    now = await live_for(send, device, 14, slow_by=EIGHT_HOURS)
    assert clock_items(world) == [("open", "clock_offset", 28_800)]
    (item,) = world.run("SELECT occurrences FROM maintenance_item")
    assert item["occurrences"] == 1
    await send(device, reading(now + MINUTE), Leaf.TELEMETRY, received_at=now + MINUTE)
    assert clock_items(world) == [("cleared", "clock_offset", 28_800)]
    assert clocks(world) == [timedelta()]


async def test_a_time_to_come_is_told_at_once_and_its_offset_as_soon_as_it_is_known(world: World, send: Send) -> None:
    device = world.device("smartwatch")
    await live_for(send, device, 1, slow_by=-EIGHT_HOURS)
    assert clock_items(world) == [("open", "clock_wrong", None)]
    now = await live_for(send, device, 11, slow_by=-EIGHT_HOURS, since=NOW + MINUTE)
    assert clock_items(world) == [("open", "clock_offset", -28_800)]
    await live_for(send, device, 2, slow_by=timedelta(), since=now + MINUTE)
    assert clock_items(world) == [("cleared", "clock_offset", -28_800)]


async def test_one_time_to_come_is_forgotten_after_ten_good_minutes(world: World, send: Send) -> None:
    device = world.device("smartwatch")
    await live_for(send, device, 1, slow_by=-HOUR)
    await live_for(send, device, 10, slow_by=timedelta(), since=NOW + 9 * timedelta(seconds=1))
    assert clock_items(world) == [("open", "clock_wrong", None)]
    await live_for(send, device, 1, slow_by=timedelta(), since=NOW + 10 * MINUTE)
    assert clock_items(world) == [("cleared", "clock_wrong", None)]


async def test_a_right_clock_leaves_nothing_on_record(world: World, send: Send) -> None:
    device = world.device("smartwatch")
    await live_for(send, device, 3, slow_by=timedelta())
    await send(device, {"event": "motion", "id": "m", "occurred_at": NOW.isoformat()})
    assert clocks(world) == []
    assert world.run("SELECT 1 FROM reading_identity") == []


async def test_repeated_messages_teach_nothing(world: World, send: Send) -> None:
    """By the packet's own mark, or because every one of them is stored already."""
    marked, known = world.device("smartwatch"), world.device("smartwatch")
    stored = [reading(NOW - EIGHT_HOURS + minute * MINUTE, id=f"r-{minute}") for minute in range(12)]
    await send(known, {"readings": stored}, Leaf.TELEMETRY)
    for minute in range(12):
        now = NOW + minute * MINUTE
        await send(marked, reading(now - EIGHT_HOURS), Leaf.TELEMETRY, received_at=now, dup=True)
        await send(known, stored[minute], Leaf.TELEMETRY, received_at=now)
    assert set(clocks(world)) <= {timedelta()}
    assert clock_items(world) == []


async def test_a_history_of_hours_is_stored_and_touches_no_live_state(world: World, send: Send) -> None:
    device = world.device("smartwatch", worn_by=world.recipient())
    await live_for(send, device, 2, slow_by=timedelta(), battery_pct=80)
    state = world.run("SELECT battery_pct, measured_at FROM device_state")
    live = world.run("SELECT state - 'due_at' AS state FROM monitoring_state")[0]["state"]
    back_at = NOW + 6 * HOUR
    for hour in range(6):
        buffered = [
            reading(NOW + hour * HOUR + minute * MINUTE, battery_pct=20, steps=minute, worn=False)
            for minute in range(2, 50)
        ]
        await send(device, {"readings": buffered}, Leaf.TELEMETRY, received_at=back_at)
    assert world.run("SELECT battery_pct, measured_at FROM device_state") == state
    (counted,) = world.run("SELECT count(*) FROM reading WHERE historical AND quality = 'device'")
    assert counted["count"] == 6 * 48
    after = world.run("SELECT state - 'due_at' AS state FROM monitoring_state")[0]["state"]
    (heard,) = after["devices"].values()
    (before,) = live["devices"].values()
    volatile = {"heard_at", "up_since", "interval_s", "intervals"}
    assert {key: heard[key] for key in heard if key not in volatile} == {
        key: before[key] for key in before if key not in volatile
    }
    assert {key: after[key] for key in after if key != "devices"} == {
        key: live[key] for key in live if key != "devices"
    }
    assert clocks(world) == [timedelta()]


async def test_a_cry_of_any_age_opens_an_incident_at_once_marked_late(world: World, send: Send) -> None:
    cries = ("sos_pressed", "fall_suspected", "fall_confirmed")
    for age in (timedelta(minutes=40), 3 * HOUR, timedelta(days=40)):
        for event in cries:
            device = world.device("smartwatch", worn_by=world.recipient())
            await send(device, {"id": "e", "event": event, "occurred_at": (NOW - age).isoformat()})
            (alert,) = world.run("SELECT * FROM alert WHERE device_id = %(id)s", id=device)
            assert (alert["incident_id"] is not None, alert["late"]) == (True, True)
            assert (alert["occurred_at"], alert["received_at"]) == (NOW - age, NOW)
    assert len(world.incidents()) == 9


async def test_a_press_that_says_when_it_was_sent_is_as_old_as_it_says_whatever_its_clock(
    world: World, send: Send
) -> None:
    device = world.device(worn_by=world.recipient())
    sent_at = NOW + 8 * HOUR
    press = {
        "id": "p",
        "event": "sos_pressed",
        "occurred_at": (sent_at - 3 * HOUR).isoformat(),
        "sent_at": sent_at.isoformat(),
    }
    await send(device, press)
    (alert,) = world.run("SELECT occurred_at, late FROM alert")
    assert (alert["occurred_at"], alert["late"]) == (NOW - 3 * HOUR, True)


async def test_a_clock_is_forgotten_when_nothing_of_it_can_be_repeated_any_more(world: World, send: Send) -> None:
    right, wrong = world.device("smartwatch"), world.device("smartwatch")
    await live_for(send, right, 1, slow_by=-HOUR)
    await live_for(send, wrong, 12, slow_by=EIGHT_HOURS)
    for passed_h, left in ((74, 2), (1, 1)):
        world.run(f"UPDATE device_clock SET touched_at = touched_at - interval '{passed_h} hours'")
        async with await connect(world.dsn, name="housekeeping") as connection:
            await delete_expired(connection, RetentionPeriods())
        assert len(clocks(world)) == left
    assert clocks(world) == [EIGHT_HOURS]  # what is believed stays


async def test_a_wrong_clock_keeps_its_row_young_while_it_needs_the_ledger(world: World, send: Send) -> None:
    device = world.device("smartwatch")
    now = await live_for(send, device, 12, slow_by=EIGHT_HOURS)
    await live_for(send, device, 2, slow_by=EIGHT_HOURS, since=now + MINUTE)
    world.run("UPDATE device_clock SET touched_at = touched_at - interval '2 hours'")
    await live_for(send, device, 1, slow_by=EIGHT_HOURS, since=now + 3 * MINUTE)
    (row,) = world.run("SELECT now() - touched_at < interval '1 minute' AS young FROM device_clock")
    assert row["young"]
