"""Why a packet, a message or a connection is refused: MQTT's own codes, and the errors that carry them.

PacketError                   the sender broke the protocol; carries the MQTT 5 reason code
+-- MalformedPacketError      the bytes cannot be parsed (0x81)
+-- ProtocolError             parsed, but not allowed here (0x82 or a more exact code)
+-- PacketTooLargeError       refused as soon as the fixed header is read (0x95)
+-- UnsupportedVersionError   a CONNECT of another MQTT version (0x84; 3.1.1: return code 1)
"""

from enum import IntEnum


class ReasonCode(IntEnum):
    """MQTT 5 reason codes (OASIS MQTT 5.0, section 2.4)."""

    SUCCESS = 0x00
    GRANTED_QOS_1 = 0x01
    GRANTED_QOS_2 = 0x02
    DISCONNECT_WITH_WILL = 0x04
    NO_MATCHING_SUBSCRIBERS = 0x10
    NO_SUBSCRIPTION_EXISTED = 0x11
    CONTINUE_AUTHENTICATION = 0x18
    REAUTHENTICATE = 0x19
    UNSPECIFIED_ERROR = 0x80
    MALFORMED_PACKET = 0x81
    PROTOCOL_ERROR = 0x82
    IMPLEMENTATION_SPECIFIC_ERROR = 0x83
    UNSUPPORTED_PROTOCOL_VERSION = 0x84
    CLIENT_IDENTIFIER_NOT_VALID = 0x85
    BAD_USER_NAME_OR_PASSWORD = 0x86
    NOT_AUTHORIZED = 0x87
    SERVER_UNAVAILABLE = 0x88
    SERVER_BUSY = 0x89
    BANNED = 0x8A
    SERVER_SHUTTING_DOWN = 0x8B
    BAD_AUTHENTICATION_METHOD = 0x8C
    KEEP_ALIVE_TIMEOUT = 0x8D
    SESSION_TAKEN_OVER = 0x8E
    TOPIC_FILTER_INVALID = 0x8F
    TOPIC_NAME_INVALID = 0x90
    PACKET_IDENTIFIER_IN_USE = 0x91
    PACKET_IDENTIFIER_NOT_FOUND = 0x92
    RECEIVE_MAXIMUM_EXCEEDED = 0x93
    TOPIC_ALIAS_INVALID = 0x94
    PACKET_TOO_LARGE = 0x95
    MESSAGE_RATE_TOO_HIGH = 0x96
    QUOTA_EXCEEDED = 0x97
    ADMINISTRATIVE_ACTION = 0x98
    PAYLOAD_FORMAT_INVALID = 0x99
    RETAIN_NOT_SUPPORTED = 0x9A
    QOS_NOT_SUPPORTED = 0x9B
    USE_ANOTHER_SERVER = 0x9C
    SERVER_MOVED = 0x9D
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED = 0x9E
    CONNECTION_RATE_EXCEEDED = 0x9F
    MAXIMUM_CONNECT_TIME = 0xA0
    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED = 0xA1
    WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED = 0xA2


class ConnectReturnCode(IntEnum):
    """CONNACK return codes of MQTT 3.1.1 (section 3.2.2.3)."""

    ACCEPTED = 0
    UNACCEPTABLE_PROTOCOL_VERSION = 1
    IDENTIFIER_REJECTED = 2
    SERVER_UNAVAILABLE = 3
    BAD_USER_NAME_OR_PASSWORD = 4
    NOT_AUTHORIZED = 5


#: What MQTT 3.1.1 says where MQTT 5 has a finer word; everything else becomes NOT_AUTHORIZED.
RETURN_CODES = {
    ReasonCode.SUCCESS: ConnectReturnCode.ACCEPTED,
    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION: ConnectReturnCode.UNACCEPTABLE_PROTOCOL_VERSION,
    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID: ConnectReturnCode.IDENTIFIER_REJECTED,
    ReasonCode.SERVER_UNAVAILABLE: ConnectReturnCode.SERVER_UNAVAILABLE,
    ReasonCode.SERVER_BUSY: ConnectReturnCode.SERVER_UNAVAILABLE,
    ReasonCode.BAD_USER_NAME_OR_PASSWORD: ConnectReturnCode.BAD_USER_NAME_OR_PASSWORD,
}


class PacketError(Exception):
    """The peer broke the protocol; its connection ends with `reason`."""

    def __init__(self, sentence: str, reason: ReasonCode) -> None:
        super().__init__(sentence)
        self.reason = reason


class MalformedPacketError(PacketError):
    """The bytes are no packet of this version."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, ReasonCode.MALFORMED_PACKET)


class ProtocolError(PacketError):
    """A well-formed packet that is not allowed, or not allowed now."""

    def __init__(self, sentence: str, reason: ReasonCode = ReasonCode.PROTOCOL_ERROR) -> None:
        super().__init__(sentence, reason)


class ForbiddenTopicError(PacketError):
    """A message on a topic this user may not publish on, in a version that cannot refuse one message."""

    def __init__(self) -> None:
        super().__init__("a topic of somebody else", ReasonCode.NOT_AUTHORIZED)


class PacketTooLargeError(PacketError):
    """The fixed header announces more than we take."""

    def __init__(self, announced: int, limit: int) -> None:
        super().__init__(f"a packet of {announced} bytes is over the limit of {limit}", ReasonCode.PACKET_TOO_LARGE)


class UnsupportedVersionError(PacketError):
    """A CONNECT that asks for a protocol level other than 4 (3.1.1) and 5."""

    def __init__(self, level: int) -> None:
        super().__init__(f"protocol level {level} is not spoken here", ReasonCode.UNSUPPORTED_PROTOCOL_VERSION)
        self.level = level
