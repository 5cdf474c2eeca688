"""The body of a CONNECT, of either version: the only packet that is read before anything is known of the peer."""

from hub.ingest.front_door.fields import expect_end, read_binary, read_text, read_u8, read_u16, refuse_wildcards
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import Connect, Will
from hub.ingest.front_door.properties import NO_PROPERTIES, read_properties
from hub.ingest.front_door.reasons import MalformedPacketError, ProtocolError, ReasonCode, UnsupportedVersionError


def read_level(body: bytes) -> tuple[int, int]:
    """The protocol level of a CONNECT, and the position after it."""
    name, at = read_text(body, 0)
    level, at = read_u8(body, at)
    if name == "MQIsdp":
        raise UnsupportedVersionError(level)
    if name != "MQTT":
        raise ProtocolError("the protocol name is not MQTT", ReasonCode.UNSUPPORTED_PROTOCOL_VERSION)
    return level, at


def decode_connect(body: bytes) -> Connect:
    """CONNECT of either version."""
    level, at = read_level(body)
    if level not in {Version.V3_1_1, Version.V5}:
        raise UnsupportedVersionError(level)
    version = Version(level)
    flags, at = read_u8(body, at)
    keep_alive_s, at = read_u16(body, at)
    _check_connect_flags(flags, version)
    properties = NO_PROPERTIES
    if version is Version.V5:
        properties, at = read_properties(body, at, PacketType.CONNECT)
        if properties.authentication_data is not None and properties.authentication_method is None:
            raise ProtocolError("authentication data without a method")
    client_id, at = read_text(body, at)
    will = None
    if flags & 0x04:
        will, at = _read_will(flags, body, at, version)
    username: str | None = None
    password: bytes | None = None
    if flags & 0x80:
        username, at = read_text(body, at)
    if flags & 0x40:
        password, at = read_binary(body, at)
    expect_end(body, at)
    return Connect(
        version=version,
        client_id=client_id,
        clean_start=bool(flags & 0x02),
        keep_alive_s=keep_alive_s,
        username=username,
        password=password,
        will=will,
        properties=properties,
    )


def _check_connect_flags(flags: int, version: Version) -> None:
    if flags & 0x01:
        raise MalformedPacketError("the reserved CONNECT flag is set")
    if flags & 0x18 == 0x18:
        raise MalformedPacketError("the will has QoS 3")
    if not flags & 0x04 and flags & 0x38:
        raise MalformedPacketError("will QoS or retain without a will")
    if version is Version.V3_1_1 and flags & 0xC0 == 0x40:
        raise MalformedPacketError("a password without a user name")


def _read_will(flags: int, body: bytes, at: int, version: Version) -> tuple[Will, int]:
    properties = NO_PROPERTIES
    if version is Version.V5:
        properties, at = read_properties(body, at, PacketType.WILL)
        if properties.response_topic is not None:
            refuse_wildcards(properties.response_topic)
    topic, at = read_text(body, at)
    if not topic:
        raise MalformedPacketError("the will has no topic")
    refuse_wildcards(topic)
    payload, at = read_binary(body, at)
    return Will(topic=topic, payload=payload, qos=flags >> 3 & 3, retain=bool(flags & 0x20), properties=properties), at
