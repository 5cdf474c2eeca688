"""What simulators send, written from the guide alone, is what the hub's own decoder reads: two readings of one text."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from device_adapters.hub_protocol import decode_event, decode_status, decode_telemetry
from simulators.gear.instrument import Look
from simulators.gear.kinds import KINDS
from simulators.notes import Happening
from simulators.wire import encode, stamp
from tests.simulators.stub_hub import StubHub
from tests.simulators.test_device import DEVICE_ID, Journal, running_button
from tests.simulators.test_gear import day_of

MIDNIGHT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # in Shanghai


def readings_of(looks: list[tuple[datetime, Look]]) -> list[Any]:
    """As the hub reads them."""
    return [
        decode_telemetry(encode({"id": "r", "seq": 1, "measured_at": stamp(at), **look.fields})).readings[0]
        for at, look in looks
        if look.fields is not None
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_of_each_kind_is_read_whole(kind: str) -> None:
    readings = readings_of(day_of(kind, "a", MIDNIGHT))
    assert len(readings) >= 24
    assert all(not reading.model_extra for reading in readings)


@pytest.mark.parametrize("kind", KINDS)
def test_what_each_kind_reports_in_three_days_is_read_whole(kind: str) -> None:
    for at, look in day_of(kind, "b", MIDNIGHT, days=3):
        for occurrence in look.occurrences:
            fields = {"event": occurrence.event, "occurred_at": stamp(at), "evidence": dict(occurrence.evidence)}
            (event,) = decode_event(encode(fields)).events
            assert (event.event, event.unread_fields) == (occurrence.event, ())


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
    assert abs(event.occurred_at - pressed.called_at) < timedelta(milliseconds=1)
    (result,) = decode_event(encode(hub.events("command_result")[0])).events
    assert result.unread_fields == ()
    for status in [each.fields for each in hub.published if each.topic.endswith("/status")]:
        assert decode_status(encode(status)).status is not None
