"""Which time is believed."""

from datetime import timedelta

import pytest

from device_adapters import DeviceEvent, Reading
from hub.ingest.sent_identity import event_identity, reading_identity
from hub.ingest.timekeeping import AGE_MAX, FUTURE_MAX, LIVE_WITHIN, Quality, settle_time
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
