"""The hub's own protocol: what is read, what is left out, what is refused with which reason."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.observations import EventKind
from device_adapters import UnreadableError, decode_event, decode_status, decode_telemetry
from device_adapters.device_events import EVENT_NAMES
from device_adapters.fields import parse_time

MOMENT = datetime(2026, 11, 22, 6, 57, 38, 120000, tzinfo=UTC)


def test_the_core_and_the_protocol_know_the_same_events() -> None:
    assert {kind.value for kind in EventKind} == EVENT_NAMES


@pytest.mark.parametrize(
    "written", ["2026-11-22T06:57:38.120Z", "2026-11-22T14:57:38.120+08:00", 1_795_330_658_120, 1_795_330_658_120.0]
)
def test_a_time_has_an_offset_or_is_epoch_milliseconds(written: object) -> None:
    assert parse_time(written) == MOMENT


@pytest.mark.parametrize(
    "written", ["2026-11-22T06:57:38", "yesterday", True, None, [], 1e18, "9999-12-31T23:59:59-14:00"]
)
def test_what_is_no_moment_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"time|format|milliseconds"):
        parse_time(written)


def test_a_reading_keeps_what_the_protocol_does_not_name() -> None:
    (reading,) = decode_telemetry(b'{"measured_at": 0, "heart_rate_bpm": "72", "mood": "good"}').readings
    assert reading.heart_rate_bpm == 72
    assert reading.model_extra == {"mood": "good"}


@pytest.mark.parametrize("field", ["heart_rate_bpm", "spo2_pct", "respiration_rate_bpm", "body_temperature_c"])
def test_a_sentinel_is_no_reading(field: str) -> None:
    (reading,) = decode_telemetry(f'{{"measured_at": 0, "{field}": 0}}'.encode()).readings
    assert getattr(reading, field) is None


@pytest.mark.parametrize(
    ("payload", "code", "field"),
    [
        (b"", "not_json", None),
        (b"[]", "not_an_object", None),
        (b'"text"', "not_an_object", None),
        (b"{}", "field_missing", "measured_at"),
        (b'{"measured_at": 0, "spo2_pct": 101}', "field_invalid", "spo2_pct"),
        (b'{"measured_at": 0, "location": {"lat": 91, "lon": 0}}', "field_invalid", "location.lat"),
        (b'{"readings": []}', "field_invalid", "readings"),
        (b'{"readings": [{"measured_at": 0}, {}]}', "field_missing", "readings.1.measured_at"),
        (b'{"measured_at": 0, "note": "\\u0000"}', "nul_character", None),
        (b'{"measured_at": 0, "huge": 1e999}', "not_storable", None),
    ],
)
def test_telemetry_that_makes_no_sense_is_refused_with_its_field(payload: bytes, code: str, field: str | None) -> None:
    with pytest.raises(UnreadableError) as refused:
        decode_telemetry(payload)
    assert refused.value.code == code
    assert refused.value.params.get("field") == field


def test_a_batch_has_500_readings_at_the_most() -> None:
    readings = ",".join(['{"measured_at": 0}'] * 501)
    with pytest.raises(UnreadableError):
        decode_telemetry(f'{{"readings": [{readings}]}}'.encode())


def test_an_event_is_read_as_far_as_it_goes() -> None:
    payload = b'{"event": "sos_pressed", "id": 7, "occurred_at": "?", "seq": -1, "location": 5, "ack": true}'
    (event,) = decode_event(payload).events
    assert (event.event, event.id, event.ack) == ("sos_pressed", "7", True)
    assert (event.occurred_at, event.seq, event.location) == (None, None, None)
    assert set(event.unread_fields) == {"occurred_at", "seq", "location"}


def test_a_device_cannot_say_which_fields_were_unread() -> None:
    (event,) = decode_event(b'{"event": "sos_pressed", "unread_fields": ["event"]}').events
    assert event.unread_fields == ()


@pytest.mark.parametrize(
    ("payload", "code", "event_id"),
    [
        (b"help!", "not_json", None),
        (b'{"id": "a"}', "event_missing", "a"),
        (b'{"id": 5, "event": "cry"}', "event_unknown", "5"),
        (b'{"event": ["sos_pressed"]}', "event_missing", None),
        (b"[" * 100_000, "not_json", None),
    ],
)
def test_an_event_without_a_name_is_unreadable(payload: bytes, code: str, event_id: str | None) -> None:
    with pytest.raises(UnreadableError) as refused:
        decode_event(payload)
    assert (refused.value.code, refused.value.event_id) == (code, event_id)


def test_a_status_says_whether_it_is_online() -> None:
    status = decode_status(b'{"online": false}').status
    assert status is not None
    assert status.online is False
    with pytest.raises(UnreadableError):
        decode_status(b'{"firmware": "1"}')


@given(st.binary(max_size=300))
def test_no_bytes_are_too_strange(payload: bytes) -> None:
    for decode in (decode_event, decode_telemetry, decode_status):
        try:
            decode(payload)
        except UnreadableError as refused:
            assert refused.code


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_names = st.sampled_from(
    ["id", "seq", "boot_id", "occurred_at", "sent_at", "test", "component", "location", "evidence"]
)


@given(st.dictionaries(_names, _json, max_size=6))
def test_a_press_is_a_press_whatever_its_other_fields_hold(fields: dict[str, object]) -> None:
    import json

    payload = json.dumps({**fields, "event": "sos_pressed"}).encode()
    try:
        (event,) = decode_event(payload).events
    except UnreadableError as refused:
        assert refused.code in {"nul_character", "not_storable", "not_json"}
    else:
        assert event.event == "sos_pressed"


@pytest.mark.parametrize("zero", ["0", "0.0", "1e-999", 0, -1])
def test_a_sentinel_of_no_pulse_is_one_however_it_is_written(zero: object) -> None:
    payload = json.dumps({"measured_at": "2026-11-22T06:57:38Z", "heart_rate_bpm": zero}).encode()
    (reading,) = decode_telemetry(payload).readings
    assert reading.heart_rate_bpm is None
