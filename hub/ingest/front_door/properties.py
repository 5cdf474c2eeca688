"""The properties of MQTT 5 (section 2.2.2): one table says each one's type and the packets it may stand in."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from hub.ingest.front_door.fields import (
    read_binary,
    read_text,
    read_u8,
    read_u16,
    read_u32,
    read_variable,
    write_binary,
    write_text,
    write_u16,
    write_u32,
    write_variable,
)
from hub.ingest.front_door.packet_types import PacketType
from hub.ingest.front_door.reasons import MalformedPacketError, ProtocolError


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """Every property a packet can carry; None (or empty) where it was not sent. Durations are in seconds."""

    payload_format_indicator: int | None = None
    message_expiry_interval: int | None = None
    content_type: str | None = None
    response_topic: str | None = None
    correlation_data: bytes | None = None
    subscription_identifiers: tuple[int, ...] = ()
    session_expiry_interval: int | None = None
    assigned_client_identifier: str | None = None
    server_keep_alive: int | None = None
    authentication_method: str | None = None
    authentication_data: bytes | None = None
    request_problem_information: int | None = None
    will_delay_interval: int | None = None
    request_response_information: int | None = None
    response_information: str | None = None
    server_reference: str | None = None
    reason_string: str | None = None
    receive_maximum: int | None = None
    topic_alias_maximum: int | None = None
    topic_alias: int | None = None
    maximum_qos: int | None = None
    retain_available: int | None = None
    user_properties: tuple[tuple[str, str], ...] = ()
    maximum_packet_size: int | None = None
    wildcard_subscription_available: int | None = None
    subscription_identifiers_available: int | None = None
    shared_subscription_available: int | None = None


NO_PROPERTIES = Properties()


class WireType(NamedTuple):
    """How a property's value is read and written."""

    read: Callable[[bytes, int], tuple[Any, int]]
    write: Callable[[Any], bytes]


def _read_pair(body: bytes, at: int) -> tuple[tuple[str, str], int]:
    name, at = read_text(body, at)
    value, at = read_text(body, at)
    return (name, value), at


def _read_flag(body: bytes, at: int) -> tuple[int, int]:
    value, at = read_u8(body, at)
    if value > 1:
        raise ProtocolError(f"a property that may be 0 or 1 is {value}")
    return value, at


def _not_zero(read: Callable[[bytes, int], tuple[int, int]]) -> Callable[[bytes, int], tuple[int, int]]:
    def read_positive(body: bytes, at: int) -> tuple[int, int]:
        value, at = read(body, at)
        if value == 0:
            raise ProtocolError("a property that must not be 0 is 0")
        return value, at

    return read_positive


def _write_u8(value: int) -> bytes:
    return bytes((value,))


def _write_pair(pair: tuple[str, str]) -> bytes:
    return write_text(pair[0]) + write_text(pair[1])


FLAG = WireType(_read_flag, _write_u8)
U16 = WireType(read_u16, write_u16)
POSITIVE_U16 = WireType(_not_zero(read_u16), write_u16)
U32 = WireType(read_u32, write_u32)
POSITIVE_U32 = WireType(_not_zero(read_u32), write_u32)
POSITIVE_VARIABLE = WireType(_not_zero(read_variable), write_variable)
TEXT = WireType(read_text, write_text)
BINARY = WireType(read_binary, write_binary)
PAIR = WireType(_read_pair, _write_pair)

_CONNECT, _CONNACK, _PUBLISH = PacketType.CONNECT, PacketType.CONNACK, PacketType.PUBLISH
_SUBSCRIBE, _DISCONNECT, _AUTH, _WILL = PacketType.SUBSCRIBE, PacketType.DISCONNECT, PacketType.AUTH, PacketType.WILL
_REASONED = frozenset(
    {
        PacketType.CONNACK,
        PacketType.PUBACK,
        PacketType.PUBREC,
        PacketType.PUBREL,
        PacketType.PUBCOMP,
        PacketType.SUBACK,
        PacketType.UNSUBACK,
        PacketType.DISCONNECT,
        PacketType.AUTH,
    }
)
_MESSAGE = frozenset({_PUBLISH, _WILL})
_EVERYWHERE = frozenset(PacketType)


class Property(NamedTuple):
    """One row of table 2-4 of the specification."""

    name: str
    wire: WireType
    packets: frozenset[PacketType]
    repeatable: bool = False


PROPERTIES = {
    0x01: Property("payload_format_indicator", FLAG, _MESSAGE),
    0x02: Property("message_expiry_interval", U32, _MESSAGE),
    0x03: Property("content_type", TEXT, _MESSAGE),
    0x08: Property("response_topic", TEXT, _MESSAGE),
    0x09: Property("correlation_data", BINARY, _MESSAGE),
    0x0B: Property("subscription_identifiers", POSITIVE_VARIABLE, frozenset({_PUBLISH, _SUBSCRIBE}), repeatable=True),
    0x11: Property("session_expiry_interval", U32, frozenset({_CONNECT, _CONNACK, _DISCONNECT})),
    0x12: Property("assigned_client_identifier", TEXT, frozenset({_CONNACK})),
    0x13: Property("server_keep_alive", U16, frozenset({_CONNACK})),
    0x15: Property("authentication_method", TEXT, frozenset({_CONNECT, _CONNACK, _AUTH})),
    0x16: Property("authentication_data", BINARY, frozenset({_CONNECT, _CONNACK, _AUTH})),
    0x17: Property("request_problem_information", FLAG, frozenset({_CONNECT})),
    0x18: Property("will_delay_interval", U32, frozenset({_WILL})),
    0x19: Property("request_response_information", FLAG, frozenset({_CONNECT})),
    0x1A: Property("response_information", TEXT, frozenset({_CONNACK})),
    0x1C: Property("server_reference", TEXT, frozenset({_CONNACK, _DISCONNECT})),
    0x1F: Property("reason_string", TEXT, _REASONED),
    0x21: Property("receive_maximum", POSITIVE_U16, frozenset({_CONNECT, _CONNACK})),
    0x22: Property("topic_alias_maximum", U16, frozenset({_CONNECT, _CONNACK})),
    0x23: Property("topic_alias", U16, frozenset({_PUBLISH})),
    0x24: Property("maximum_qos", FLAG, frozenset({_CONNACK})),
    0x25: Property("retain_available", FLAG, frozenset({_CONNACK})),
    0x26: Property("user_properties", PAIR, _EVERYWHERE, repeatable=True),
    0x27: Property("maximum_packet_size", POSITIVE_U32, frozenset({_CONNECT, _CONNACK})),
    0x28: Property("wildcard_subscription_available", FLAG, frozenset({_CONNACK})),
    0x29: Property("subscription_identifiers_available", FLAG, frozenset({_CONNACK})),
    0x2A: Property("shared_subscription_available", FLAG, frozenset({_CONNACK})),
}
_IDENTIFIERS = {row.name: identifier for identifier, row in PROPERTIES.items()}
_NAMES = tuple(field.name for field in fields(Properties))


def read_properties(body: bytes, at: int, packet_type: PacketType) -> tuple[Properties, int]:
    """The property block at `at`, checked against the table for this kind of packet."""
    length, at = read_variable(body, at)
    if length == 0:
        return NO_PROPERTIES, at
    end = at + length
    if end > len(body):
        raise MalformedPacketError("the properties are longer than their packet")
    found: dict[str, Any] = {}
    block = body[:end]
    while at < end:
        identifier, at = read_variable(block, at)
        row = PROPERTIES.get(identifier)
        if row is None or packet_type not in row.packets:
            raise MalformedPacketError(f"property 0x{identifier:02x} does not belong into {packet_type.name}")
        value, at = row.wire.read(block, at)
        if row.repeatable:
            found.setdefault(row.name, []).append(value)  # a tuple that grows costs the square of its length
        elif row.name in found:
            raise ProtocolError(f"property {row.name} stands twice")
        else:
            found[row.name] = value
    if packet_type is PacketType.SUBSCRIBE and len(found.get("subscription_identifiers", ())) > 1:
        raise ProtocolError("a SUBSCRIBE has more than one subscription identifier")
    for name, value in found.items():
        if isinstance(value, list):
            found[name] = tuple(value)
    return Properties(**found), at


def write_properties(properties: Properties) -> bytes:
    """The property block, its length in front."""
    if properties is NO_PROPERTIES:
        return b"\0"
    parts: list[bytes] = []
    for name in _NAMES:
        value = getattr(properties, name)
        if value is None or value == ():
            continue
        identifier = _IDENTIFIERS[name]
        row = PROPERTIES[identifier]
        singles = value if row.repeatable else (value,)
        parts.extend(bytes((identifier,)) + row.wire.write(single) for single in singles)
    block = b"".join(parts)
    return write_variable(len(block)) + block
