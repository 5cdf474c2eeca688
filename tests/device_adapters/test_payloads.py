"""Every family against its captured payloads, and against anything else a network may bring."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_adapters import SourceOptions, UnreadableError
from device_adapters.families import BUILT_IN
from tests.device_adapters.payload_files import PAYLOADS, PayloadFile, payload_files

NOW = datetime(2026, 11, 22, 6, 57, 38, tzinfo=UTC)
FILES = [(family, file) for family in BUILT_IN for file in payload_files(family)]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def _name_of(value: str | PayloadFile) -> str:
    return value if isinstance(value, str) else value.path.stem


@pytest.mark.parametrize(("family", "file"), FILES, ids=_name_of)
def test_a_captured_payload_is_read_as_written_beside_it(family: str, file: PayloadFile) -> None:
    assert file.message.outcome, "a payload file says what must be read from it"
    assert file.message.read(BUILT_IN[family]) == file.message.outcome


@pytest.mark.parametrize(("family", "file"), FILES, ids=_name_of)
def test_the_device_is_named_alike_whether_its_message_can_be_read_or_not(family: str, file: PayloadFile) -> None:
    adapter = BUILT_IN[family](file.message.options)
    for part in file.message.outcome.get("expected", ()):
        assert adapter.device_key(file.message.topic, file.message.payload_bytes) == part["device_key"]


def test_every_family_has_payloads_of_both_kinds_and_every_folder_a_family() -> None:
    assert {path.name for path in PAYLOADS.iterdir()} == set(BUILT_IN)
    for family in BUILT_IN:
        outcomes = {name for file in payload_files(family) for name in file.message.outcome}
        assert outcomes == {"expected", "unreadable"}, family


@pytest.mark.parametrize("kind", ["smartwatch", "call_button", "wristband", "mattress", "fall_radar", "gateway"])
def test_every_kind_of_device_of_our_own_protocol_has_payloads(kind: str) -> None:
    assert list((PAYLOADS / "anxin" / kind).glob("*.json"))


@pytest.mark.parametrize("family", BUILT_IN)
def test_an_adapter_is_called_as_it_is_listed(family: str) -> None:
    adapter = BUILT_IN[family](SourceOptions())
    assert adapter.name == family
    assert adapter.topics


@pytest.mark.parametrize(
    ("family", "topic", "alarms"),
    [
        ("anxin", "anxin/v1/x/up/event", True),
        ("anxin", "anxin/v1/x/up/telemetry", False),
        ("anxin", "elsewhere", False),
        ("g616_watch", "atom/g616/status/004999010640017", True),
        ("kati_watch", "iMEDE_watch/sos", True),
        ("kati_watch", "iMEDE_watch/fallDown", True),
        ("kati_watch", "iMEDE_watch/hb", False),
        ("kati_watch", "iMEDE_watch/AP55", False),
        ("kati_watch", "iMEDE_watch/something_new", True),
        ("mattress_sensor", "mattress/1", False),
    ],
)
def test_an_unreadable_message_is_shown_at_the_desk_where_it_may_be_a_cry(
    family: str, topic: str, alarms: bool
) -> None:
    assert BUILT_IN[family](SourceOptions()).carries_alarms(topic) is alarms


@pytest.mark.parametrize(("family", "topic"), sorted({(family, file.message.topic) for family, file in FILES}))
@given(payload=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=25, deadline=None)
def test_whatever_comes_is_read_or_unreadable(family: str, topic: str, payload: bytes) -> None:
    _read_or_unreadable(family, topic, payload)


@pytest.mark.parametrize(
    ("family", "file"),
    [one for one in FILES if isinstance(one[1].message.payload, dict)],
    ids=_name_of,
)
@given(changed=st.dictionaries(st.integers(0, 40), JSON, min_size=1, max_size=3))
@settings(max_examples=10, deadline=None)
def test_a_payload_with_other_values_in_its_fields_is_read_or_unreadable(
    family: str, file: PayloadFile, changed: dict[int, Any]
) -> None:
    assert isinstance(file.message.payload, dict)
    fields = dict(file.message.payload)
    names = list(fields)
    for place, value in changed.items():
        if names:
            fields[names[place % len(names)]] = value
    _read_or_unreadable(family, file.message.topic, json.dumps(fields).encode())


SNAPSHOT = {"imei": "004999010640017", "sos": True}
OTHER_FIELDS = st.sampled_from(
    [
        "stepCount",
        "heartRate",
        "battery",
        "rolls",
        "locationDate",
        "locationTime",
        "location",
        "isWearing",
        "isOnline",
        "new",
    ]
)


@given(around=st.dictionaries(OTHER_FIELDS, JSON.filter(lambda value: "\0" not in json.dumps(value)), max_size=8))
@settings(deadline=None)
def test_nothing_around_a_raised_flag_can_hide_it(around: dict[str, Any]) -> None:
    payload = json.dumps(SNAPSHOT | around).encode()
    if b"\\u0000" in payload or b"NaN" in payload or b"Infinity" in payload:
        return  # no JSON that can be stored: unreadable, and therefore at the desk
    (part,) = BUILT_IN["g616_watch"](SourceOptions()).decode("atom/g616/status/004999010640017", payload, NOW)
    assert part.decoded.levels == {"sos_pressed": True}


def _read_or_unreadable(family: str, topic: str, payload: bytes) -> None:
    adapter = BUILT_IN[family](SourceOptions())
    key = adapter.device_key(topic, payload)
    assert key is None or isinstance(key, str)
    try:
        parts = adapter.decode(topic, payload, NOW)
    except UnreadableError as error:
        assert error.code
        return
    assert all(part.device_key for part in parts)
    for part in parts:
        for reading in part.decoded.readings:
            assert reading.measured_at.tzinfo is not None
            json.dumps(reading.model_dump(mode="json"), allow_nan=False).encode()
