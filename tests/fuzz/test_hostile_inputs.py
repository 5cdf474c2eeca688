"""Inputs made to be expensive, as large as they may be: what they cost grows with their size, not with its square."""

import json
from collections.abc import Callable

import pytest

from device_adapters import UnreadableError, decode_event, decode_telemetry
from hub.ingest.front_door.codec import Decoder
from hub.ingest.front_door.fields import write_text, write_variable
from hub.ingest.front_door.limits import DEFAULT_LIMITS
from hub.ingest.front_door.packet_types import Version
from hub.ingest.front_door.reasons import PacketError
from tests.fuzz.bounds import bounded_time
from tests.fuzz.targets import TARGETS

_SIZE = DEFAULT_LIMITS.payload_bytes_max
#: Linear ones take tens of milliseconds; the square of 64 KiB takes seconds even in C.
_SECONDS_MAX = 1.0
_TIME = '"measured_at": "2026-11-22T06:57:38Z"'

#: Payloads of 64 KiB, by what is hostile in them.
PAYLOADS: dict[str, str] = {
    "deeply nested lists": "[" * (_SIZE // 2) + "]" * (_SIZE // 2),
    "deeply nested objects": '{"a":' * (_SIZE // 6) + "1" + "}" * (_SIZE // 6),
    "nested below an extra field": f'{{{_TIME}, "x": ' + "[" * 30_000 + "]" * 30_000 + "}",
    "never closed": '{"a":' * (_SIZE // 5),
    "a number of 60,000 digits": f'{{{_TIME}, "heart_rate_bpm": ' + "9" * 60_000 + "}",
    "a fraction of 60,000 digits": f'{{{_TIME}, "heart_rate_bpm": 0.' + "1" * 60_000 + "}",
    "an exponent of 60,000 digits": f'{{{_TIME}, "heart_rate_bpm": 1e' + "9" * 60_000 + "}",
    "an infinite number": f'{{{_TIME}, "x": 1e400}}',
    "one that is none": f'{{{_TIME}, "x": NaN, "y": -Infinity}}',
    "a lone surrogate": f'{{{_TIME}, "x": "\\ud800"}}',
    "a pair of surrogates the wrong way round": f'{{{_TIME}, "\\udc00\\ud800": 1}}',
    "U+0000 as an escape": f'{{{_TIME}, "x": "\\u0000"}}',
    "U+0000 as it is": f'{{{_TIME}, "x": "\0"}}',
    "the same key 6,000 times": "{" + ",".join([f'"k{"":3}": 1'] * 6_000) + "}",
    "4,000 keys": "{" + _TIME + "," + ",".join(f'"k{number}": 1' for number in range(4_000)) + "}",
    "500 readings of nothing": '{"readings": [' + ",".join(["{}"] * 500) + "]}",
    "20,000 readings": '{"readings": [' + ",".join(["{}"] * 20_000) + "]}",
    "a text of backslashes": f'{{{_TIME}, "x": "' + "\\\\" * 30_000 + '"}',
    "a text of escapes": f'{{{_TIME}, "x": "' + "\\u4e2d" * 10_000 + '"}',
    "a time of 60,000 digits": '{"measured_at": "' + "2" * 60_000 + '"}',
    "a time without end": '{"measured_at": "2026-11-22T06:57:38.' + "1" * 60_000 + 'Z"}',
    "blanks": " " * _SIZE,
    "a quote and blanks": '"' + " " * (_SIZE - 1),
}
_TOPICS = {
    "adapter_anxin": "anxin/v1/d/up/{leaf}",
    "adapter_g616_watch": "atom/g616/status/004999010640017",
    "adapter_kati_watch": "iMEDE_watch/{leaf}",
    "adapter_mattress_sensor": "mattress/1",
}
_LEAVES = ("event", "telemetry", "status", "sos", "AP55", "hb")


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_hostile_payload_is_read_or_refused_within_its_time(payload: str) -> None:
    octets = payload.encode()
    for target, topic in _TOPICS.items():
        for leaf in _LEAVES:
            with bounded_time(_SECONDS_MAX):
                TARGETS[target].check(topic.format(leaf=leaf).encode() + b"\n" + octets)


@pytest.mark.parametrize("said", ["[" * 30_000, "9" * 60_000, "1e400", "NaN", '"\\ud800"', '"\\u0000"', '"\0"'])
def test_a_press_with_a_hostile_part_is_read_or_shown_and_never_lost(said: str) -> None:
    """Either the press is read without the part, or it is unreadable, which the desk is shown."""
    for field in ("id", "seq", "occurred_at", "component", "test", "location", "evidence", "unknown"):
        payload = f'{{"event": "sos_pressed", "{field}": {said}}}'.encode()
        with bounded_time(_SECONDS_MAX):
            try:
                decoded = decode_event(payload)
            except UnreadableError as error:
                assert error.code in {"not_json", "nul_character", "not_storable"}
            else:
                assert [event.event for event in decoded.events] == ["sos_pressed"]


def test_a_reading_with_a_number_that_is_none_is_refused_with_its_field() -> None:
    payload = json.dumps({"measured_at": 0, "readings_from": 1, "heart_rate_bpm": 10**40}).encode()
    with pytest.raises(UnreadableError) as refused:
        decode_telemetry(payload)
    assert refused.value.params["field"] == "heart_rate_bpm"


def _publish(properties: bytes) -> tuple[int, bytes]:
    return 0x30, write_text("a") + write_variable(len(properties)) + properties


def _subscribe(requests: bytes) -> tuple[int, bytes]:
    return 0x82, b"\0\1\0" + requests


_ROOM = DEFAULT_LIMITS.packet_bytes_max - 16
PACKETS: dict[str, tuple[int, bytes]] = {
    "subscription identifiers": _publish(b"\x0b\x01" * (_ROOM // 2)),
    "user properties": _publish(b"\x26\0\0\0\0" * (_ROOM // 5)),
    "topic filters": _subscribe(b"\0\1a\0" * (_ROOM // 4)),
    "topic filters to forget": (0xA2, b"\0\1\0" + b"\0\1a" * (_ROOM // 3)),
    "acknowledgement codes": (0x90, b"\0\1\0" + b"\0" * _ROOM),
    "a topic of levels": (0x30, write_text("/" * 65_535) + b"\0"),
    "a topic of four-byte characters": (0x30, write_text("\U0001f198" * 16_000) + b"\0"),
}


def _decode(first: int, body: bytes, chunk: int) -> Callable[[], None]:
    def decode() -> None:
        decoder = Decoder(DEFAULT_LIMITS.packet_bytes_max, Version.V5)
        octets = bytes((first,)) + write_variable(len(body)) + body
        for at in range(0, len(octets), chunk):
            decoder.feed(octets[at : at + chunk])
            try:
                decoder.next_packet()
            except PacketError:
                return

    return decode


@pytest.mark.parametrize("chunk", [1, 100_000], ids=["byte by byte", "at once"])
@pytest.mark.parametrize("packet", PACKETS.values(), ids=PACKETS)
def test_the_largest_packet_is_decoded_within_its_time_however_it_comes(packet: tuple[int, bytes], chunk: int) -> None:
    with bounded_time(_SECONDS_MAX):
        _decode(*packet, chunk)()


@pytest.mark.parametrize("target", ["gateway_pdus", "recordings", "broker_addresses", "text_addresses", "cursors"])
@pytest.mark.parametrize("octet", [0, 1, 32, 34, 38, 43, 47, 58, 91, 92, 0xFF])
def test_a_long_row_of_one_octet_is_refused_within_its_time(target: str, octet: int) -> None:
    for head in range(4):
        with bounded_time(_SECONDS_MAX):
            TARGETS[target].check(bytes((head,)) + bytes((octet,)) * _SIZE)
