"""The elementary fields of MQTT (section 1.5): integers, strings, binary; read with a position, written to bytes.

Every reader returns `(value, next position)` and raises `MalformedPacketError` when the field leaves its packet.
"""

from hub.ingest.front_door.reasons import MalformedPacketError

VARIABLE_INTEGER_MAX = 268_435_455  #: Four bytes of seven bits (section 1.5.5).
_WILDCARDS = frozenset("+#")


def read_u8(body: bytes, at: int) -> tuple[int, int]:
    """One byte."""
    if at >= len(body):
        raise MalformedPacketError("the packet ends inside a byte field")
    return body[at], at + 1


def read_u16(body: bytes, at: int) -> tuple[int, int]:
    """A two-byte integer, most significant byte first."""
    if at + 2 > len(body):
        raise MalformedPacketError("the packet ends inside a two-byte integer")
    return body[at] << 8 | body[at + 1], at + 2


def read_u32(body: bytes, at: int) -> tuple[int, int]:
    """A four-byte integer, most significant byte first."""
    if at + 4 > len(body):
        raise MalformedPacketError("the packet ends inside a four-byte integer")
    return int.from_bytes(body[at : at + 4], "big"), at + 4


def read_variable(body: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer of at most four bytes, in its shortest form."""
    value = 0
    for index in range(4):
        byte, at = read_u8(body, at)
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            if byte == 0 and index > 0:
                raise MalformedPacketError("a variable byte integer is not in its shortest form")
            return value, at
    raise MalformedPacketError("a variable byte integer is longer than four bytes")


def read_binary(body: bytes, at: int) -> tuple[bytes, int]:
    """Length-prefixed bytes."""
    length, at = read_u16(body, at)
    end = at + length
    if end > len(body):
        raise MalformedPacketError("the packet ends inside a string or binary field")
    return body[at:end], end


def read_text(body: bytes, at: int) -> tuple[str, int]:
    """A length-prefixed UTF-8 string: strict, without surrogates and without U+0000 (section 1.5.4)."""
    raw, at = read_binary(body, at)
    return decode_text(raw), at


def decode_text(raw: bytes) -> str:
    """Strict UTF-8 without U+0000."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise MalformedPacketError(f"a string is not UTF-8 (byte {error.start})") from None
    if "\0" in text:
        raise MalformedPacketError("a string contains U+0000")
    return text


def refuse_wildcards(topic: str) -> None:
    """A topic name, unlike a filter, has no wildcards (section 4.7)."""
    if not _WILDCARDS.isdisjoint(topic):
        raise MalformedPacketError("a topic name contains a wildcard")


def expect_end(body: bytes, at: int) -> None:
    """Nothing may follow the last field."""
    if at != len(body):
        raise MalformedPacketError(f"{len(body) - at} bytes follow the end of the packet")


def write_u16(value: int) -> bytes:
    """A two-byte integer."""
    return value.to_bytes(2, "big")


def write_u32(value: int) -> bytes:
    """A four-byte integer."""
    return value.to_bytes(4, "big")


def write_variable(value: int) -> bytes:
    """A variable byte integer in its shortest form."""
    if not 0 <= value <= VARIABLE_INTEGER_MAX:
        raise ValueError(f"{value} does not fit a variable byte integer")
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def write_binary(value: bytes) -> bytes:
    """Length-prefixed bytes."""
    return len(value).to_bytes(2, "big") + value


def write_text(value: str) -> bytes:
    """A length-prefixed UTF-8 string."""
    return write_binary(value.encode())
