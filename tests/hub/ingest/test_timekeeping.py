"""Which time is believed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from device_adapters import DeviceEvent, Reading, decode_telemetry
from hub.ingest.clock_learning import learn
from hub.ingest.sent_identity import event_identity, reading_identity
from hub.ingest.timekeeping import AGE_MAX, FUTURE_MAX, LIVE_WITHIN, Quality, SettledTime, settle_time
from hub.storage.device_clocks import RIGHT_CLOCK
from tests.hub.ingest.worlds import NOW


@pytest.mark.parametrize(
    ("ahead", "quality", "believed", "historical"),
    [
        (timedelta(0), Quality.DEVICE, True, False),
        (FUTURE_MAX, Quality.DEVICE, True, False),
        (FUTURE_MAX + timedelta(seconds=1), Quality.FUTURE, False, False),
        (-LIVE_WITHIN, Quality.DEVICE, True, False),
        (-LIVE_WITHIN - timedelta(seconds=1), Quality.DEVICE, True, True),
        (-AGE_MAX, Quality.DEVICE, True, True),
        (-AGE_MAX - timedelta(seconds=1), Quality.IMPLAUSIBLE, False, False),
    ],
)
def test_a_claimed_time_is_believed_within_reason(
    ahead: timedelta, quality: Quality, believed: bool, historical: bool
) -> None:
    settled = settle_time(NOW + ahead, NOW)
    assert (settled.quality, settled.historical) == (quality, historical)
    assert settled.at == (NOW + ahead if believed else NOW)


def test_a_missing_time_is_the_time_of_receipt() -> None:
    assert settle_time(None, NOW).quality is Quality.MISSING


def test_an_event_is_known_by_its_id_then_by_boot_and_sequence_then_by_its_bytes() -> None:
    by_id = DeviceEvent(id="7", boot_id="b", seq=1, event="motion")
    by_boot = DeviceEvent(boot_id="b", seq=1, event="motion")
    assert event_identity(by_id, b"x") == event_identity(by_id, b"y")
    assert event_identity(by_boot, b"x") == event_identity(by_boot, b"y") != event_identity(by_id, b"x")
    bare = DeviceEvent(event="motion")
    assert event_identity(bare, b"x")[0] != event_identity(bare, b"y")[0]
    assert event_identity(bare, b"x")[1] is False
    assert event_identity(DeviceEvent(event="motion", occurred_at=NOW), b"x")[1] is True


def test_a_reading_is_known_by_its_id_then_by_boot_and_sequence_then_by_what_it_says() -> None:
    by_id = Reading(id="7", boot_id="b", seq=1, measured_at=NOW)
    by_boot = Reading(boot_id="b", seq=1, measured_at=NOW)
    assert reading_identity(by_id) == reading_identity(by_id.model_copy(update={"heart_rate_bpm": 70.0}))
    assert reading_identity(by_boot) == reading_identity(by_boot.model_copy(update={"heart_rate_bpm": 70.0}))
    assert reading_identity(by_id) != reading_identity(by_boot)
    bare = Reading(measured_at=NOW, heart_rate_bpm=70)
    assert reading_identity(bare) != reading_identity(Reading(measured_at=NOW, heart_rate_bpm=71))
    assert reading_identity(bare) != reading_identity(Reading(measured_at=NOW + timedelta(seconds=1)))


def test_a_reading_without_a_time_is_known_by_the_bytes_it_was_sent_in() -> None:
    first, repeated = Reading(measured_at=NOW), Reading(measured_at=NOW + timedelta(seconds=30))
    assert reading_identity(first, b"x") == reading_identity(repeated, b"x") != reading_identity(first, b"y")


@pytest.mark.parametrize(
    ("measured_at", "received_at"),
    [
        ("2028-02-29T23:59:30+08:00", "2028-02-29T15:59:31Z"),  # a leap day
        ("2038-01-19T03:14:08Z", "2038-01-19T03:14:09Z"),  # one second more than 32 bits hold
        ("2045-06-01T00:00:00Z", "2045-06-01T00:00:01Z"),
        ("2026-11-22T09:45:00+05:45", "2026-11-22T04:00:00Z"),
        ("2026-11-22T01:30:00-02:30", "2026-11-22T04:00:00Z"),
        (1_795_320_000_123, "2026-11-22T04:00:01Z"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:01Z"),  # an offset tells the repeated hour
    ],
)
def test_a_time_with_its_offset_is_live_whatever_day_it_is(measured_at: str | int, received_at: str) -> None:
    (reading,) = decode_telemetry(json.dumps({"measured_at": measured_at}).encode()).readings
    settled = settle_time(reading.measured_at, datetime.fromisoformat(received_at))
    assert (settled.quality, settled.historical) == (Quality.DEVICE, False)
    assert settled.at.utcoffset() == timedelta()


def test_seconds_taken_for_milliseconds_are_of_january_1970_and_give_way_to_the_time_of_receipt() -> None:
    """They are no milliseconds of a device's life, and a clock that begins at 1970 counts through the same numbers."""
    (reading,) = decode_telemetry(b'{"measured_at": 1795320000}').readings
    assert reading.measured_at.isoformat().startswith("1970-01-21")
    assert settle_time(reading.measured_at, NOW) == SettledTime(NOW, Quality.IMPLAUSIBLE, historical=False)


def test_seconds_taken_for_milliseconds_teach_no_offset() -> None:
    clock = RIGHT_CLOCK
    for minute in range(0, 600, 5):
        now = NOW + timedelta(minutes=minute)
        clock = learn(clock, datetime.fromtimestamp(now.timestamp() / 1000, UTC), now)
    assert not clock.offset
