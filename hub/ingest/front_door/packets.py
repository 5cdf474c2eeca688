"""The control packets of MQTT 3.1.1 and 5 as values. What 3.1.1 does not have stays at its default."""

from dataclasses import dataclass
from typing import NamedTuple

from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.properties import NO_PROPERTIES, Properties
from hub.ingest.front_door.reasons import ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What the hub says for a client that goes without a word."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """CONNECT; `clean_start` is 3.1.1's clean session."""

    version: Version
    client_id: str
    clean_start: bool
    keep_alive_s: int
    username: str | None = None
    password: bytes | None = None
    will: Will | None = None
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnAck:
    """CONNACK; the code is a reason code in 5 and a return code in 3.1.1."""

    session_present: bool = False
    code: int = ReasonCode.SUCCESS
    properties: Properties = NO_PROPERTIES


class Publish(NamedTuple):
    """PUBLISH. A tuple, because it is made for every message: a frozen dataclass costs three times as much."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    dup: bool = False
    packet_id: int | None = None  #: None at QoS 0.
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """PUBACK, PUBREC, PUBREL or PUBCOMP: one shape, told apart by `type`."""

    type: PacketType
    packet_id: int
    code: int = ReasonCode.SUCCESS
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRequest:
    """One topic filter of a SUBSCRIBE, with its options (all but QoS are MQTT 5)."""

    topic_filter: str
    qos: int
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """SUBSCRIBE with at least one request."""

    packet_id: int
    requests: tuple[SubscriptionRequest, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True, kw_only=True)
class SubAck:
    """SUBACK: one code for each request."""

    packet_id: int
    codes: tuple[int, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """UNSUBSCRIBE with at least one topic filter."""

    packet_id: int
    topic_filters: tuple[str, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubAck:
    """UNSUBACK; 3.1.1 has no codes in it."""

    packet_id: int
    codes: tuple[int, ...] = ()
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class PingReq:
    """PINGREQ."""


@dataclass(frozen=True, slots=True)
class PingResp:
    """PINGRESP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """DISCONNECT."""

    code: int = ReasonCode.SUCCESS
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """AUTH, MQTT 5 only."""

    code: int = ReasonCode.SUCCESS
    properties: Properties = NO_PROPERTIES


Packet = (
    Connect
    | ConnAck
    | Publish
    | Acknowledgement
    | Subscribe
    | SubAck
    | Unsubscribe
    | UnsubAck
    | PingReq
    | PingResp
    | Disconnect
    | Auth
)
