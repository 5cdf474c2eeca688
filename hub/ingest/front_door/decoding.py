"""Packet bodies to packets: one function for each kind, chosen by `DECODERS`.

A body is everything after the fixed header. Flags, order, lengths and values are checked as the specification asks;
whether the packet is allowed *now* is the session's business.
"""

from collections.abc import Callable

from hub.ingest.front_door.fields import decode_text, expect_end, read_text, read_u8, read_u16, refuse_wildcards
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import (
    Acknowledgement,
    Auth,
    ConnAck,
    Disconnect,
    Packet,
    PingReq,
    PingResp,
    Publish,
    SubAck,
    Subscribe,
    SubscriptionRequest,
    UnsubAck,
    Unsubscribe,
)
from hub.ingest.front_door.properties import NO_PROPERTIES, Properties, read_properties
from hub.ingest.front_door.reasons import MalformedPacketError, ProtocolError, ReasonCode

#: Topic names repeat on a connection: so many are kept decoded (a gateway's children times three fit).
TOPIC_CACHE_MAX = 256

_CODES = {
    PacketType.CONNACK: frozenset({0x00, *range(0x80, 0x8B), 0x8C, 0x90, 0x95, 0x97, *range(0x99, 0x9E), 0x9F}),
    PacketType.PUBACK: frozenset({0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}),
    PacketType.PUBREC: frozenset({0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}),
    PacketType.PUBREL: frozenset({0x00, 0x92}),
    PacketType.PUBCOMP: frozenset({0x00, 0x92}),
    PacketType.SUBACK: frozenset({0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2}),
    PacketType.UNSUBACK: frozenset({0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91}),
    PacketType.DISCONNECT: frozenset(
        {0x00, 0x04, *range(0x80, 0x84), 0x87, 0x89, 0x8B, *range(0x8D, 0x91), *range(0x93, 0xA3)}
    ),
    PacketType.AUTH: frozenset({0x00, 0x18, 0x19}),
}
"""The reason codes each packet of MQTT 5 may carry (table 2-6)."""


def decode_publish(flags: int, body: bytes, version: Version, topics: dict[bytes, str]) -> Publish:
    """PUBLISH, the hot path: one function without calls for the common case; `topics` is the connection's cache."""
    qos = flags >> 1 & 3
    length = len(body)
    if length < 2:
        raise MalformedPacketError("the packet ends inside a two-byte integer")
    at = (body[0] << 8 | body[1]) + 2
    if at > length:
        raise MalformedPacketError("the packet ends inside a string or binary field")
    raw_topic = body[2:at]
    topic = topics.get(raw_topic)
    if topic is None:
        topic = _remember_topic(raw_topic, topics)
    if qos:
        if qos == 3:
            raise MalformedPacketError("a PUBLISH has QoS 3")
        if at + 2 > length:
            raise MalformedPacketError("the packet ends inside a two-byte integer")
        packet_id: int | None = body[at] << 8 | body[at + 1]
        if not packet_id:
            raise MalformedPacketError("the packet identifier is 0")
        at += 2
    else:
        packet_id = None
        if flags & 8:
            raise MalformedPacketError("a PUBLISH of QoS 0 has DUP set")
    properties = NO_PROPERTIES
    if version == 5:
        if at < length and not body[at]:
            at += 1
        else:
            properties, at = read_properties(body, at, PacketType.PUBLISH)
            if properties.response_topic is not None:
                refuse_wildcards(properties.response_topic)
        if not topic and properties.topic_alias is None:
            raise ProtocolError("a PUBLISH has neither topic nor alias")
    elif not topic:
        raise MalformedPacketError("a PUBLISH has no topic")
    return Publish(topic, body[at:], qos, flags & 1 == 1, flags & 8 == 8, packet_id, properties)


def _remember_topic(raw_topic: bytes, topics: dict[bytes, str]) -> str:
    topic = decode_text(raw_topic)
    refuse_wildcards(topic)
    if len(topics) >= TOPIC_CACHE_MAX:
        topics.clear()
    topics[raw_topic] = topic
    return topic


def _decode_connack(body: bytes, version: Version) -> ConnAck:
    flags, at = read_u8(body, 0)
    code, at = read_u8(body, at)
    if flags > 1:
        raise MalformedPacketError("a reserved CONNACK flag is set")
    properties = NO_PROPERTIES
    if version is Version.V5:
        _check_code(PacketType.CONNACK, code)
        properties, at = read_properties(body, at, PacketType.CONNACK)
    elif code > 5:
        raise MalformedPacketError("the CONNACK return code is reserved")
    expect_end(body, at)
    return ConnAck(session_present=flags == 1, code=code, properties=properties)


def _acknowledgement_decoder(packet_type: PacketType) -> Callable[[bytes, Version], Acknowledgement]:
    def decode(body: bytes, version: Version) -> Acknowledgement:
        packet_id, at = _read_packet_id(body)
        code: int = ReasonCode.SUCCESS
        properties = NO_PROPERTIES
        if version is Version.V5 and at < len(body):
            code, at = read_u8(body, at)
            _check_code(packet_type, code)
            if at < len(body):
                properties, at = read_properties(body, at, packet_type)
        expect_end(body, at)
        return Acknowledgement(packet_type, packet_id, code, properties)

    return decode


def _read_packet_id(body: bytes) -> tuple[int, int]:
    packet_id, at = read_u16(body, 0)
    if packet_id == 0:
        raise MalformedPacketError("the packet identifier is 0")
    return packet_id, at


def _check_code(packet_type: PacketType, code: int) -> None:
    if code not in _CODES[packet_type]:
        raise MalformedPacketError(f"0x{code:02x} is no reason code of {packet_type.name}")


def _read_head(body: bytes, version: Version, packet_type: PacketType) -> tuple[int, Properties, int]:
    packet_id, at = _read_packet_id(body)
    properties = NO_PROPERTIES
    if version is Version.V5:
        properties, at = read_properties(body, at, packet_type)
    return packet_id, properties, at


def _decode_subscribe(body: bytes, version: Version) -> Subscribe:
    packet_id, properties, at = _read_head(body, version, PacketType.SUBSCRIBE)
    requests = []
    while at < len(body):
        topic_filter, at = _read_filter(body, at)
        options, at = read_u8(body, at)
        requests.append(_subscription_request(topic_filter, options, version))
    if not requests:
        raise ProtocolError("a SUBSCRIBE asks for nothing")
    return Subscribe(packet_id=packet_id, requests=tuple(requests), properties=properties)


def _read_filter(body: bytes, at: int) -> tuple[str, int]:
    topic_filter, at = read_text(body, at)
    if not topic_filter:
        raise MalformedPacketError("a topic filter is empty")
    return topic_filter, at


def _subscription_request(topic_filter: str, options: int, version: Version) -> SubscriptionRequest:
    reserved = 0xFC if version is Version.V3_1_1 else 0xC0
    if options & reserved or options & 3 == 3:
        raise MalformedPacketError("the subscription options are invalid")
    retain_handling = options >> 4 & 3
    if retain_handling == 3:
        raise ProtocolError("retain handling is 3")
    no_local = bool(options & 0x04)
    if no_local and topic_filter.startswith("$share/"):
        raise ProtocolError("no-local on a shared subscription")
    return SubscriptionRequest(
        topic_filter=topic_filter,
        qos=options & 3,
        no_local=no_local,
        retain_as_published=bool(options & 0x08),
        retain_handling=retain_handling,
    )


def _decode_suback(body: bytes, version: Version) -> SubAck:
    packet_id, properties, at = _read_head(body, version, PacketType.SUBACK)
    codes = tuple(body[at:])
    for code in codes:
        if version is Version.V5:
            _check_code(PacketType.SUBACK, code)
        elif code not in {0, 1, 2, 0x80}:
            raise MalformedPacketError("the SUBACK return code is reserved")
    if not codes:
        raise MalformedPacketError("a SUBACK has no codes")
    return SubAck(packet_id=packet_id, codes=codes, properties=properties)


def _decode_unsubscribe(body: bytes, version: Version) -> Unsubscribe:
    packet_id, properties, at = _read_head(body, version, PacketType.UNSUBSCRIBE)
    topic_filters = []
    while at < len(body):
        topic_filter, at = _read_filter(body, at)
        topic_filters.append(topic_filter)
    if not topic_filters:
        raise ProtocolError("an UNSUBSCRIBE names nothing")
    return Unsubscribe(packet_id=packet_id, topic_filters=tuple(topic_filters), properties=properties)


def _decode_unsuback(body: bytes, version: Version) -> UnsubAck:
    packet_id, properties, at = _read_head(body, version, PacketType.UNSUBACK)
    codes: tuple[int, ...] = ()
    if version is Version.V5:
        codes = tuple(body[at:])
        for code in codes:
            _check_code(PacketType.UNSUBACK, code)
        if not codes:
            raise MalformedPacketError("an UNSUBACK has no codes")
    else:
        expect_end(body, at)
    return UnsubAck(packet_id=packet_id, codes=codes, properties=properties)


def _decode_pingreq(body: bytes, _version: Version) -> PingReq:
    expect_end(body, 0)
    return PingReq()


def _decode_pingresp(body: bytes, _version: Version) -> PingResp:
    expect_end(body, 0)
    return PingResp()


def _decode_disconnect(body: bytes, version: Version) -> Disconnect:
    if version is Version.V3_1_1:
        expect_end(body, 0)
        return Disconnect()
    code, properties = _read_reason(body, PacketType.DISCONNECT)
    return Disconnect(code=code, properties=properties)


def _read_reason(body: bytes, packet_type: PacketType) -> tuple[int, Properties]:
    if not body:
        return ReasonCode.SUCCESS, NO_PROPERTIES
    code, at = read_u8(body, 0)
    _check_code(packet_type, code)
    properties = NO_PROPERTIES
    if at < len(body) or packet_type is PacketType.AUTH:  # section 3.15.2: AUTH omits both or neither
        properties, at = read_properties(body, at, packet_type)
    expect_end(body, at)
    return code, properties


def _decode_auth(body: bytes, version: Version) -> Auth:
    if version is Version.V3_1_1:
        raise MalformedPacketError("AUTH does not exist in MQTT 3.1.1")
    code, properties = _read_reason(body, PacketType.AUTH)
    return Auth(code=code, properties=properties)


DECODERS: dict[int, Callable[[bytes, Version], Packet]] = {
    PacketType.CONNACK: _decode_connack,
    PacketType.PUBACK: _acknowledgement_decoder(PacketType.PUBACK),
    PacketType.PUBREC: _acknowledgement_decoder(PacketType.PUBREC),
    PacketType.PUBREL: _acknowledgement_decoder(PacketType.PUBREL),
    PacketType.PUBCOMP: _acknowledgement_decoder(PacketType.PUBCOMP),
    PacketType.SUBSCRIBE: _decode_subscribe,
    PacketType.SUBACK: _decode_suback,
    PacketType.UNSUBSCRIBE: _decode_unsubscribe,
    PacketType.UNSUBACK: _decode_unsuback,
    PacketType.PINGREQ: _decode_pingreq,
    PacketType.PINGRESP: _decode_pingresp,
    PacketType.DISCONNECT: _decode_disconnect,
    PacketType.AUTH: _decode_auth,
}
"""By packet type; CONNECT and PUBLISH are decoded by functions of their own signature."""

REQUIRED_FLAGS = {
    packet_type: 2 if packet_type in {PacketType.PUBREL, PacketType.SUBSCRIBE, PacketType.UNSUBSCRIBE} else 0
    for packet_type in DECODERS
} | {PacketType.CONNECT: 0}
"""The lower four bits of the first byte (section 2.1.3); PUBLISH uses its own."""
