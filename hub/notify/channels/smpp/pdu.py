"""SMPP 3.4 on the wire (Short Message Peer to Peer Protocol Specification v3.4, 1999): bytes in, values out, no I/O."""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

HEADER_OCTETS = 16
#: message_payload holds up to 64 KiB; anything longer is no SMPP.
PDU_OCTETS_MAX = 70_000
INTERFACE_VERSION = 0x34
#: SMPP gives a message's reference 64 characters; gateways give more, and no index of a database takes any number.
REFERENCE_CHARS_MAX = 255


class Command(IntEnum):
    """The operations a transceiver needs (section 5.1.2.1)."""

    GENERIC_NACK = 0x80000000
    SUBMIT_SM = 0x00000004
    SUBMIT_SM_RESP = 0x80000004
    DELIVER_SM = 0x00000005
    DELIVER_SM_RESP = 0x80000005
    UNBIND = 0x00000006
    UNBIND_RESP = 0x80000006
    BIND_TRANSCEIVER = 0x00000009
    BIND_TRANSCEIVER_RESP = 0x80000009
    ENQUIRE_LINK = 0x00000015
    ENQUIRE_LINK_RESP = 0x80000015


class Status(IntEnum):
    """The statuses the hub itself says, or tells apart (section 5.1.3)."""

    OK = 0x00000000
    INVALID_LENGTH = 0x00000001
    INVALID_COMMAND = 0x00000003
    SYSTEM_ERROR = 0x00000008
    INVALID_SOURCE = 0x0000000A
    INVALID_DESTINATION = 0x0000000B
    RECEIVER_TEMPORARY = 0x00000064
    RECEIVER_PERMANENT = 0x00000065
    RECEIVER_REJECTS = 0x00000066


#: A text refused with one of these will be refused again; all others, a vendor's own included, may pass.
PERMANENT_STATUSES = frozenset(
    {
        Status.INVALID_LENGTH,
        Status.INVALID_SOURCE,
        Status.INVALID_DESTINATION,
        Status.RECEIVER_PERMANENT,
        Status.RECEIVER_REJECTS,
    }
)

_RESPONSE_BIT = 0x80000000
_UCS2 = 0x08
_TLV_RECEIPTED_MESSAGE_ID = 0x001E
_TLV_MESSAGE_PAYLOAD = 0x0424
_TLV_MESSAGE_STATE = 0x0427
_ESM_RECEIPT = 0x04
_ESM_TYPE_MASK = 0x3C
_ESM_HEADER_INDICATOR = 0x40
#: Chinese gateways send 15 for GBK (CMPP); the others are section 5.2.19. 0 is the gateway's default alphabet.
_ENCODINGS = {0: "latin-1", 1: "ascii", 3: "latin-1", _UCS2: "utf-16-be", 15: "gb18030"}
#: One hour, relative (section 7.1.1): a telephone switched on in the morning need not ring for last night.
_VALIDITY = "000000010000000R"
_MESSAGE_STATES = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 8: "REJECTD"}


class PduError(ValueError):
    """These octets are no PDU that can be read."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One PDU: its header's three numbers and its body. `command` may be one that `Command` does not know."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def encode(self) -> bytes:
        """The octets to send."""
        return (
            struct.pack("!IIII", HEADER_OCTETS + len(self.body), self.command, self.status, self.sequence) + self.body
        )

    @property
    def is_response(self) -> bool:
        """Whether it answers something we sent."""
        return bool(self.command & _RESPONSE_BIT)


@dataclass(frozen=True, slots=True)
class Header:
    """What the first sixteen octets say."""

    length: int
    command: int
    status: int
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What a deliver_sm brings: a receipt or a text."""

    source: str
    destination: str
    esm_class: int
    data_coding: int
    message: bytes
    parameters: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """What a gateway says of a text: its reference, the state in seven letters (DELIVRD, ...) and an error code."""

    message_id: str
    state: str
    error: str | None


def parse_header(octets: bytes) -> Header:
    """Read the header; raises PduError for a length that no PDU has."""
    header = Header(*struct.unpack("!IIII", octets))
    if not HEADER_OCTETS <= header.length <= PDU_OCTETS_MAX:
        raise PduError(f"a PDU of {header.length} octets")
    return header


def bind_body(system_id: str, password: str) -> bytes:
    """The body of bind_transceiver."""
    return _c_string(system_id) + _c_string(password) + _c_string("") + bytes([INTERFACE_VERSION, 0, 0]) + _c_string("")


def submit_body(*, source: str, destination: str, text: str) -> bytes:
    """The body of submit_sm: UCS-2, with a receipt wanted."""
    message = text.encode("utf-16-be")
    return b"".join(
        (
            _c_string(""),  # service_type
            bytes([0, 0]) + _c_string(source),
            bytes([0, 1]) + _c_string(destination),  # unknown type, ISDN numbering: national and international alike
            bytes([0, 0, 0]),  # esm_class, protocol_id, priority_flag
            _c_string(""),  # schedule_delivery_time: now
            _c_string(_VALIDITY),
            bytes([1, 0, _UCS2, 0, len(message)]),  # registered_delivery, replace_if_present, data_coding, default id
            message,
        )
    )


def read_message_id(body: bytes) -> str:
    """The gateway's reference in a submit_sm_resp; "" when there is none."""
    return _reference(body)


def parse_deliver(body: bytes) -> Delivered:
    """Read the body of a deliver_sm; raises PduError."""
    reader = _Reader(body)
    reader.c_string()  # service_type
    reader.octets(2)
    source = reader.c_string()
    reader.octets(2)
    destination = reader.c_string()
    esm_class = reader.octets(3)[0]
    reader.c_string()  # schedule_delivery_time
    reader.c_string()  # validity_period
    data_coding = reader.octets(4)[2]
    message = reader.octets(reader.octets(1)[0])
    parameters: dict[int, bytes] = {}
    while reader.left:
        tag, length = struct.unpack("!HH", reader.octets(4))
        parameters[tag] = reader.octets(length)
    return Delivered(
        source=source,
        destination=destination,
        esm_class=esm_class,
        data_coding=data_coding,
        message=message or parameters.get(_TLV_MESSAGE_PAYLOAD, b""),
        parameters=parameters,
    )


def read_receipt(delivered: Delivered) -> DeliveryReceipt | None:
    """The receipt in a deliver_sm (appendix B, or the optional parameters); None when it is a text.

    Raises:
        PduError: it says that it is a receipt, and names no message.
    """
    if delivered.esm_class & _ESM_TYPE_MASK != _ESM_RECEIPT:
        return None
    words = _receipt_fields(delivered.message.replace(b"\0", b" ").decode("latin-1"))
    state = delivered.parameters.get(_TLV_MESSAGE_STATE, b"")
    named = _reference(delivered.parameters.get(_TLV_RECEIPTED_MESSAGE_ID, b"")) or words.get("id", "")
    if not named:
        raise PduError("a receipt without a message id")
    return DeliveryReceipt(
        message_id=named,
        state=words.get("stat", "").upper() or _MESSAGE_STATES.get(state[0] if state else 0, "UNKNOWN"),
        error=words.get("err"),
    )


def read_text(delivered: Delivered) -> str:
    """The words of a text. What cannot be decoded is shown as replacement characters: it is never dropped.

    U+0000, with which some gateways end a text, is none of its words; a database cannot hold it either.
    """
    message = delivered.message
    if delivered.esm_class & _ESM_HEADER_INDICATOR and message and message[0] < len(message):
        message = message[message[0] + 1 :]
    return message.decode(_ENCODINGS.get(delivered.data_coding, "latin-1"), errors="replace").replace("\0", "")


def _receipt_fields(text: str) -> dict[str, str]:
    """`id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…`, in lower case keys."""
    fields: dict[str, str] = {}
    for word in text.split():
        key, colon, value = word.partition(":")
        if colon and key.lower() not in fields:
            fields[key.lower()] = value[:REFERENCE_CHARS_MAX]
    return fields


def _reference(octets: bytes) -> str:
    """A C-octet string that names a text, cut alike wherever it comes from, so that a receipt still meets its text."""
    return octets.split(b"\0", 1)[0].decode("latin-1")[:REFERENCE_CHARS_MAX]


def _c_string(text: str) -> bytes:
    return text.encode("latin-1", errors="replace").replace(b"\0", b"") + b"\0"


class _Reader:
    """Takes a body apart from the front; raises PduError where it ends too early."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._body) - self._at

    def octets(self, count: int) -> bytes:
        if count > self.left:
            raise PduError("a body that ends too early")
        taken = self._body[self._at : self._at + count]
        self._at += count
        return taken

    def c_string(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise PduError("a string without an end")
        text = self._body[self._at : end].decode("latin-1")
        self._at = end + 1
        return text
