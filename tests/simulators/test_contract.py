"""What simulators send, written from the guide alone, is what the hub's own decoder reads: two readings of one text."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from device_adapters.hub_protocol import decode_event, decode_status, decode_telemetry
from simulators.button import ButtonReadings
from simulators.notes import Happening
from simulators.watch import WatchReadings
from simulators.wire import encode, stamp
from tests.simulators.stub_hub import StubHub
from tests.simulators.test_device import DEVICE_ID, Journal, running_button

MIDNIGHT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # in Shanghai
A_DAY = [MIDNIGHT + timedelta(minutes=minutes) for minutes in range(24 * 60)]


def reading_of(measured: Any, at: datetime) -> Any:
    (reading,) = decode_telemetry(encode({"id": "r", "seq": 1, "measured_at": stamp(at), **measured})).readings
    return reading


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_a_day_of_a_watch_is_read_whole(seed: str) -> None:
    watch = WatchReadings(seed=seed)
    readings = [reading_of(watch(at), at) for at in A_DAY]
    assert all(not reading.model_extra for reading in readings)
    steps = [reading.steps for reading in readings if reading.steps is not None]
    assert steps == sorted(steps)
    assert steps[0] == 0
    assert steps[-1] > 1000
    assert all(not reading.worn for reading in readings if reading.charging)
    assert any(reading.charging for reading in readings)
    assert {reading.posture for reading in readings} >= {"lying", "sitting", "walking"}


def test_the_same_seed_lives_the_same_day() -> None:
    assert [WatchReadings(seed="a")(at) for at in A_DAY] == [WatchReadings(seed="a")(at) for at in A_DAY]
    assert [WatchReadings(seed="a")(at) for at in A_DAY] != [WatchReadings(seed="b")(at) for at in A_DAY]


def test_a_buttons_battery_only_falls() -> None:
    button = ButtonReadings()
    levels = [reading_of(button(at), at).battery_pct for at in (MIDNIGHT + timedelta(days=n) for n in range(900))]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] == 96
    assert levels[-1] == 0


async def test_a_press_a_status_and_a_result_are_read_whole(hub: StubHub) -> None:
    journal = Journal()
    async with running_button(hub, journal) as button:
        pressed = button.press()
        await journal.until_happened(Happening.STAGE)
        await hub.tell(DEVICE_ID, "command", {"id": "c1", "command": "sound"})
        await hub.until(lambda: hub.events("command_result"))
    (event,) = decode_event(encode(hub.events()[0])).events
    assert (event.id, event.event, event.ack, event.unread_fields) == (pressed.event_id, "sos_pressed", True, ())
    assert event.occurred_at is not None
    assert abs(event.occurred_at - pressed.pressed_at) < timedelta(milliseconds=1)
    (result,) = decode_event(encode(hub.events("command_result")[0])).events
    assert result.unread_fields == ()
    for status in [each.fields for each in hub.published if each.topic.endswith("/status")]:
        assert decode_status(encode(status)).status is not None
