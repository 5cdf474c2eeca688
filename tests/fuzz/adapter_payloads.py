"""Every device family: a topic, a line feed, a payload. What is read is within its ranges and can be stored."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from device_adapters import Decoded, DeviceEvent, DeviceStatus, Reading, SourceOptions, UnreadableError
from device_adapters.device_events import EVENT_NAMES
from device_adapters.families import BUILT_IN
from tests.fuzz.bounds import bounded_time
from tests.fuzz.packet_mutator import Mutate
from tests.fuzz.storable import assert_storable

_RECEIVED_AT = datetime(2026, 11, 22, 6, 57, 38, tzinfo=UTC)
#: What tells its sender what is wrong is short, whatever was sent.
_PARAM_CHARS_MAX = 200
_ID_CHARS_MAX = 128
_KEY_CHARS_MAX = 64
_DECODERS = {family: factory(SourceOptions()) for family, factory in BUILT_IN.items()}

#: Values that have broken decoders elsewhere, as JSON writes them.
EVIL: tuple[str, ...] = (
    "null", "true", '""', "0", "-0", "1e400", "-1e400", "1e-400", "NaN", "Infinity", "1" * 4400, "9" * 20, "-1",
    "253402300799999", "-62135596800001", "1.7976931348623157e308", '"\\ud800"', '"\\u0000"', '"\\udfff\\ud83d"',
    '"0001-01-01T00:00:00+23:59"', '"9999-12-31T23:59:59-23:59"', '"2026-11-22T24:00:00Z"', '"2026-W47-7"',
    '"31/12/9999 23:59:59"', '"01/01/0001 00:00:00"', '"1"', '"-0.0"', '"1e5"', '"٣"', "[]", "{}", "[[[[]]]]",
    '{"a":' * 60 + "1" + "}" * 60, "[" * 300 + "]" * 300, '"' + "A" * 300 + '"', '" \\t"', '"sos_pressed"',
)  # fmt: skip


def checking(family: str) -> Callable[[bytes], None]:
    """The check of one family."""

    def check(octets: bytes) -> None:
        raw_topic, _, payload = octets.partition(b"\n")
        if b"\0" not in raw_topic:  # the codec refuses such a topic before anybody reads it (MQTT-1.5.4-2)
            _check(family, raw_topic.decode(errors="replace"), payload)

    return check


def _check(family: str, topic: str, payload: bytes) -> None:
    adapter = _DECODERS[family]
    with bounded_time():
        key = adapter.device_key(topic, payload)
        assert isinstance(adapter.carries_alarms(topic), bool)
        if key is not None:
            assert key, "a device without a name"
        try:
            parts = adapter.decode(topic, payload, _RECEIVED_AT)
        except UnreadableError as error:
            _assert_says_why(error)
            return
        for part in parts:
            assert part.device_key
            assert family == "anxin" or (len(part.device_key) <= _KEY_CHARS_MAX and part.device_key.isprintable())
            assert part.device_key == key, "a message names another device when it cannot be read"
            assert_decoded(part.decoded)


def _assert_says_why(error: UnreadableError) -> None:
    assert error.code.isidentifier()
    assert_storable(error.params)
    for value in error.params.values():
        assert len(str(value)) <= _PARAM_CHARS_MAX
    assert error.event_id is None or 0 < len(error.event_id) <= _ID_CHARS_MAX
    assert_storable(error.event_id)


def assert_decoded(decoded: Decoded) -> None:
    """Whatever a decoder gives out is what its types and ranges promise."""
    for reading in decoded.readings:
        _assert_moment(reading.measured_at)
        _assert_same_again(reading)
    for event in decoded.events:
        assert event.event in EVENT_NAMES
        for moment in (event.occurred_at, event.sent_at):
            if moment is not None:
                _assert_moment(moment)
        _assert_same_again(event.model_copy(update={"unread_fields": ()}))
    if decoded.status is not None:
        _assert_same_again(decoded.status)
    assert EVENT_NAMES.issuperset(decoded.levels)
    assert all(isinstance(up, bool) for up in decoded.levels.values())


def _assert_same_again(said: Reading | DeviceEvent | DeviceStatus) -> None:
    """Validated again it is the same: every number is in its range, and JSON holds it."""
    assert_storable(said.model_dump(mode="json"))
    assert type(said).model_validate_json(said.model_dump_json()) == said


def _assert_moment(moment: datetime) -> None:
    assert moment.utcoffset() == timedelta(0)
    assert datetime.fromisoformat(moment.isoformat()) == moment


def mutate_message(octets: bytes, most: int, seed: int, mutate: Mutate) -> bytes:
    """Change one value of the payload's JSON, wherever it lies, or the topic, or one byte of anything."""
    dice = Random(seed)
    raw_topic, _, payload = octets.partition(b"\n")
    if dice.random() < 0.1:
        levels = raw_topic.split(b"/")
        at = dice.randrange(len(levels))
        levels[at] = dice.choice((b"", b" ", b"+", b"\xff", levels[-1], levels[at].upper(), mutate(levels[at], 64)))
        return (b"/".join(levels) + b"\n" + payload)[:most]
    if dice.random() < 0.2:
        return mutate(octets, most)
    changed = change_json(payload, dice, mutate)
    return mutate(octets, most) if changed is None else (raw_topic + b"\n" + changed)[:most]


def mutate_lines(octets: bytes, most: int, seed: int, mutate: Mutate) -> bytes:
    """Change one value in one of the JSON lines behind the first octet, or one byte of anything."""
    dice = Random(seed)
    lines = octets[1:].split(b"\n")
    at = dice.randrange(len(lines))
    changed = change_json(lines[at], dice, mutate) if dice.random() < 0.7 else None
    if changed is None:
        return mutate(octets, most)
    lines[at] = changed
    return (octets[:1] + b"\n".join(lines))[:most]


def change_json(text: bytes, dice: Random, mutate: Mutate) -> bytes | None:
    """The JSON with something evil in one place; None where it is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    marker = f"@{dice.getrandbits(64):016x}"
    changed = json.dumps(_put(value, marker, dice), ensure_ascii=False)
    evil = dice.choice(EVIL)
    if dice.random() < 0.3:
        evil = json.dumps(mutate(evil.encode(), 64).decode(errors="replace"))
    return changed.replace(f'"{marker}"', evil).encode(errors="replace")


def _put(value: Any, marker: str, dice: Random) -> Any:
    """The value with the marker somewhere in it."""
    if isinstance(value, dict) and value and dice.random() < 0.9:
        name = dice.choice(list(value))
        if dice.random() < 0.1:
            return {**value, dice.choice(("event", "readings", "evidence", "id", "unread_fields", "x")): marker}
        return {**value, name: _put(value[name], marker, dice)}
    if isinstance(value, list) and value and dice.random() < 0.8:
        at = dice.randrange(len(value))
        return [*value[:at], _put(value[at], marker, dice), *value[at + 1 :]]
    return marker
