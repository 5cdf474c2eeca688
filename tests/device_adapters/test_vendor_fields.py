"""Fields as vendors write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from device_adapters import UnreadableError, canonical_key
from device_adapters.vendor_fields import CHINA, epoch_time, flag, key, local_time, number, position, reading

MOMENT = datetime(2025, 6, 30, 9, 45, 47, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (" dc:da:0c:12:34:56 ", "DCDA0C123456"),
        ("DC-DA-0C-12-34-56", "DCDA0C123456"),
        ("dcda0c123456", "DCDA0C123456"),
        ("004999010640017", "004999010640017"),
        ("a-1", "A-1"),
        ("DC:DA:0C-12-34-56", "DC:DA:0C-12-34-56"),
    ],
)
def test_a_key_has_one_spelling(written: str, canonical: str) -> None:
    assert canonical_key(written) == canonical
    assert canonical_key(canonical) == canonical


@pytest.mark.parametrize("value", ["", " ", True, [], {}, 1.5, "x" * 65, "a\nb"])
def test_what_names_no_device_is_unreadable(value: object) -> None:
    with pytest.raises(UnreadableError, match="field_invalid"):
        key({"imei": value}, "imei")


def test_a_number_names_a_device_too() -> None:
    assert key({"imei": 4999010640017}, "imei") == "4999010640017"


@pytest.mark.parametrize("written", [True, 1, "1", "true", " True ", "ON"])
def test_a_flag_is_up_in_many_spellings(written: object) -> None:
    assert flag({"sos": written}, "sos") is True


@pytest.mark.parametrize("written", [False, 0, "0", "false", "off"])
def test_a_flag_is_down_in_many_spellings(written: object) -> None:
    assert flag({"sos": written}, "sos") is False


@pytest.mark.parametrize("fields", [{}, {"sos": None}, {"sos": ""}])
def test_a_flag_that_is_not_there_is_not_known(fields: dict[str, object]) -> None:
    assert flag(fields, "sos") is None


@pytest.mark.parametrize("written", [2, "pressed", [], {}])
def test_a_flag_that_is_neither_is_unreadable(written: object) -> None:
    with pytest.raises(UnreadableError):
        flag({"sos": written}, "sos")


@pytest.mark.parametrize(
    ("written", "read"), [("96", 96), (" 36.6 ", 36.6), ("-5", -5), ("", None), ("n/a", "n/a"), ("1e9", "1e9"), (7, 7)]
)
def test_text_that_is_a_number_becomes_one(written: object, read: object) -> None:
    assert number(written) == read


def test_local_time_has_the_zone_it_is_said_to_have() -> None:
    assert local_time({"date": "2025-06-30 17:45:47"}, "date", "%Y-%m-%d %H:%M:%S", CHINA) == MOMENT
    assert local_time({"date": ""}, "date", "%Y", CHINA) is None


BERLIN = ZoneInfo("Europe/Berlin")  # 2026-10-25 03:00 -> 02:00, 2026-03-29 02:00 -> 03:00


@pytest.mark.parametrize(
    ("received_at", "measured_at"),
    [
        ("2026-10-25T00:30:20", "2026-10-25T00:30"),  # a moment after it was shown first
        ("2026-10-25T01:27:00", "2026-10-25T00:30"),  # it cannot be the second one yet
        ("2026-10-25T01:30:20", "2026-10-25T01:30"),  # a moment after it was shown again
        ("2026-10-25T01:29:00", "2026-10-25T01:30"),  # by a clock that is a minute ahead
        ("2026-10-25T09:00:00", "2026-10-25T01:30"),  # buffered
        (None, "2026-10-25T00:30"),
    ],
)
def test_in_the_hour_that_is_shown_twice_it_is_the_last_one_that_had_come(
    received_at: str | None, measured_at: str
) -> None:
    received = None if received_at is None else datetime.fromisoformat(received_at).replace(tzinfo=UTC)
    told = local_time({"date": "2026-10-25 02:30:00"}, "date", "%Y-%m-%d %H:%M:%S", BERLIN, received)
    assert told == datetime.fromisoformat(measured_at).replace(tzinfo=UTC)


def test_in_the_hour_that_is_left_out_the_device_has_not_set_its_clock_yet() -> None:
    received = datetime(2026, 3, 29, 1, 30, 20, tzinfo=UTC)
    told = local_time({"date": "2026-03-29 02:30:00"}, "date", "%Y-%m-%d %H:%M:%S", BERLIN, received)
    assert told == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("written", ["soon", 17, "0001-01-01 00:00:00", [], "2025-06-30T17:45:47"])
def test_what_is_no_local_time_is_unreadable(written: object) -> None:
    with pytest.raises(UnreadableError, match="field_invalid"):
        local_time({"date": written}, "date", "%Y-%m-%d %H:%M:%S", CHINA)


def test_epoch_time_is_seconds_or_milliseconds_as_the_vendor_has_it() -> None:
    assert epoch_time({"t": 1751276747}, "t", ms=False) == MOMENT
    assert epoch_time({"t": "1751276747000"}, "t", ms=True) == MOMENT
    assert epoch_time({}, "t", ms=True) is None


@pytest.mark.parametrize("written", [True, "soon", 1e300, [], 10**30])
def test_what_is_no_epoch_time_is_unreadable(written: object) -> None:
    with pytest.raises(UnreadableError, match="field_invalid"):
        epoch_time({"t": written}, "t", ms=False)


@pytest.mark.parametrize(("lat", "lon"), [(0, 0), ("0.0", "0.0"), ("", ""), (None, 1), (91, 0), ("north", 1)])
def test_no_position_is_none(lat: object, lon: object) -> None:
    assert position(lat, lon, datum="wgs84") is None


def test_a_measure_that_makes_no_sense_is_left_out_and_named() -> None:
    read = reading(MOMENT, {"heart_rate_bpm": "seven", "battery_pct": "36", "steps": None, "mood": float("inf")})
    assert read.battery_pct == 36
    assert read.heart_rate_bpm is None
    assert read.model_extra == {"unread_fields": ["heart_rate_bpm", "mood"]}
