"""Packets to bytes. The hub sends few kinds; all are here, so that clients in tests need no second codec."""

from functools import singledispatch

from hub.ingest.front_door.fields import write_binary, write_text, write_u16, write_variable
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import (
    Acknowledgement,
    Auth,
    ConnAck,
    Connect,
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
from hub.ingest.front_door.properties import NO_PROPERTIES, Properties, write_properties

PING_RESPONSE = b"\xd0\x00"


def encode(packet: Packet, version: Version) -> bytes:
    """The packet on the wire, for a connection of this version."""
    first_byte, body = _encode_body(packet, version)
    return bytes((first_byte,)) + write_variable(len(body)) + body


def encode_acknowledgement(packet_type: PacketType, packet_id: int, code: int, version: Version) -> bytes:
    """PUBACK, PUBREC, PUBREL or PUBCOMP without properties: the answer to every message, so made without objects."""
    first_byte = packet_type << 4 | (2 if packet_type == PacketType.PUBREL else 0)
    if code == 0 or version == Version.V3_1_1:
        return bytes((first_byte, 2, packet_id >> 8, packet_id & 0xFF))
    return bytes((first_byte, 3, packet_id >> 8, packet_id & 0xFF, code))


def _block(properties: Properties, version: Version) -> bytes:
    return write_properties(properties) if version is Version.V5 else b""


@singledispatch
def _encode_body(packet: Packet, version: Version) -> tuple[int, bytes]:
    raise TypeError(f"{packet!r} is no packet of version {version}")


@_encode_body.register
def _(packet: Connect, _version: Version) -> tuple[int, bytes]:
    version = packet.version
    flags = (0x02 if packet.clean_start else 0) | (0x80 if packet.username is not None else 0)
    flags |= 0x40 if packet.password is not None else 0
    tail = write_text(packet.client_id)
    if packet.will is not None:
        will = packet.will
        flags |= 0x04 | will.qos << 3 | (0x20 if will.retain else 0)
        tail += _block(will.properties, version) + write_text(will.topic) + write_binary(will.payload)
    if packet.username is not None:
        tail += write_text(packet.username)
    if packet.password is not None:
        tail += write_binary(packet.password)
    head = write_text("MQTT") + bytes((version, flags)) + write_u16(packet.keep_alive_s)
    return PacketType.CONNECT << 4, head + _block(packet.properties, version) + tail


@_encode_body.register
def _(packet: ConnAck, version: Version) -> tuple[int, bytes]:
    return PacketType.CONNACK << 4, bytes((packet.session_present, packet.code)) + _block(packet.properties, version)


@_encode_body.register
def _(packet: Publish, version: Version) -> tuple[int, bytes]:
    first_byte = PacketType.PUBLISH << 4 | packet.qos << 1 | (1 if packet.retain else 0) | (8 if packet.dup else 0)
    packet_id = write_u16(packet.packet_id) if packet.packet_id is not None else b""
    return first_byte, write_text(packet.topic) + packet_id + _block(packet.properties, version) + packet.payload


@_encode_body.register
def _(packet: Acknowledgement, version: Version) -> tuple[int, bytes]:
    first_byte = packet.type << 4 | (2 if packet.type is PacketType.PUBREL else 0)
    body = write_u16(packet.packet_id)
    if version is Version.V5 and (packet.code or packet.properties is not NO_PROPERTIES):
        body += bytes((packet.code,))
        if packet.properties is not NO_PROPERTIES:
            body += write_properties(packet.properties)
    return first_byte, body


def _options(request: SubscriptionRequest, version: Version) -> bytes:
    if version is Version.V3_1_1:
        return bytes((request.qos,))
    options = request.qos | request.retain_handling << 4
    options |= (0x04 if request.no_local else 0) | (0x08 if request.retain_as_published else 0)
    return bytes((options,))


@_encode_body.register
def _(packet: Subscribe, version: Version) -> tuple[int, bytes]:
    head = write_u16(packet.packet_id) + _block(packet.properties, version)
    requests = (write_text(request.topic_filter) + _options(request, version) for request in packet.requests)
    return PacketType.SUBSCRIBE << 4 | 2, head + b"".join(requests)


@_encode_body.register
def _(packet: SubAck, version: Version) -> tuple[int, bytes]:
    head = write_u16(packet.packet_id) + _block(packet.properties, version)
    return PacketType.SUBACK << 4, head + bytes(packet.codes)


@_encode_body.register
def _(packet: Unsubscribe, version: Version) -> tuple[int, bytes]:
    head = write_u16(packet.packet_id) + _block(packet.properties, version)
    return PacketType.UNSUBSCRIBE << 4 | 2, head + b"".join(map(write_text, packet.topic_filters))


@_encode_body.register
def _(packet: UnsubAck, version: Version) -> tuple[int, bytes]:
    head = write_u16(packet.packet_id)
    if version is Version.V5:
        head += write_properties(packet.properties) + bytes(packet.codes)
    return PacketType.UNSUBACK << 4, head


@_encode_body.register
def _(_packet: PingReq, _version: Version) -> tuple[int, bytes]:
    return PacketType.PINGREQ << 4, b""


@_encode_body.register
def _(_packet: PingResp, _version: Version) -> tuple[int, bytes]:
    return PacketType.PINGRESP << 4, b""


def _reasoned(code: int, properties: Properties) -> bytes:
    if properties is not NO_PROPERTIES:
        return bytes((code,)) + write_properties(properties)
    return bytes((code,)) if code else b""


@_encode_body.register
def _(packet: Disconnect, version: Version) -> tuple[int, bytes]:
    body = _reasoned(packet.code, packet.properties) if version is Version.V5 else b""
    return PacketType.DISCONNECT << 4, body


@_encode_body.register
def _(packet: Auth, _version: Version) -> tuple[int, bytes]:
    if packet.code == 0 and packet.properties is NO_PROPERTIES:
        return PacketType.AUTH << 4, b""
    return PacketType.AUTH << 4, bytes((packet.code,)) + write_properties(packet.properties)
