"""The incremental decoder: bytes in as they arrive, packets out one at a time. No I/O.

A packet's size is judged as soon as its fixed header is read, before anything of it is kept. Bytes are pulled: what a
connection has not asked for yet stays undecoded, which is how a pause in reading takes effect at once.
"""

from hub.ingest.front_door.decode_connect import decode_connect, read_level
from hub.ingest.front_door.decoding import DECODERS, REQUIRED_FLAGS, decode_publish
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import Packet
from hub.ingest.front_door.reasons import MalformedPacketError, PacketError, PacketTooLargeError, ProtocolError

_PUBLISH = int(PacketType.PUBLISH)
_CONNECT_FIRST_BYTE = PacketType.CONNECT << 4


class Decoder:
    """One connection's bytes. After an error it decodes nothing more: the connection is over.

    `version` is None until a CONNECT has said it; a decoder of what a server sends is given it.
    `packet_size_max` bounds the body of every packet and may be raised after the CONNECT.
    """

    def __init__(self, packet_size_max: int, version: Version | None = None) -> None:
        self.version = version
        self.packet_size_max = packet_size_max
        self._buffer = b""
        self._at = 0
        self._header_size = 0
        self._needed = 0  #: So many bytes from `_at` on make the packet under way; 0: not known yet.
        self._late: list[bytes] = []  #: Chunks since then, joined once they are enough: no quadratic copying.
        self._late_size = 0
        self._topics: dict[bytes, str] = {}

    @property
    def buffered(self) -> int:
        """Bytes received and not decoded yet."""
        return len(self._buffer) - self._at + self._late_size

    def feed(self, chunk: bytes) -> None:
        """Take bytes from the wire."""
        if self._at >= len(self._buffer) and not self._late:
            self._buffer = chunk
            self._at = 0
        else:
            self._late.append(chunk)
            self._late_size += len(chunk)

    def next_packet(self) -> Packet | None:
        """The next whole packet, or None until more bytes are fed.

        Raises:
            PacketError: the bytes break the protocol; call nothing more.
        """
        if self._late:
            if self.buffered < self._needed:
                return None
            self._buffer = b"".join((self._buffer[self._at :], *self._late))
            self._at = 0
            self._late.clear()
            self._late_size = 0
        buffer = self._buffer
        at = self._at
        if at >= len(buffer):
            return None
        first_byte = buffer[at]
        if not self._needed and not self._read_header(first_byte):
            return None
        end = at + self._needed
        if end > len(buffer):
            return None
        self._at = end
        self._needed = 0
        body = buffer[at + self._header_size : end]
        if first_byte >> 4 == _PUBLISH and self.version is not None:
            return decode_publish(first_byte & 0x0F, body, self.version, self._topics)
        return self._decode(first_byte, body)

    def _read_header(self, first_byte: int) -> bool:
        """Learn the size of the packet at `_at`; False while its header is incomplete."""
        self._check_first_byte(first_byte)
        buffer = self._buffer
        size = len(buffer)
        at = self._at + 1
        if at < size and buffer[at] < 0x80:
            length = buffer[at]
            at += 1
        else:
            length = 0
            for index in range(4):
                if at >= size:
                    return False
                byte = buffer[at]
                at += 1
                length |= (byte & 0x7F) << (7 * index)
                self._refuse_size(length)  # byte by byte: the answer is the same however the bytes were cut
                if byte < 0x80:
                    break
            else:
                raise MalformedPacketError("the remaining length is longer than four bytes")
            if length < 1 << 7 * (at - self._at - 2):
                raise MalformedPacketError("the remaining length is not in its shortest form")
        self._refuse_size(length)
        self._header_size = at - self._at
        self._needed = self._header_size + length
        return True

    def _refuse_size(self, length: int) -> None:
        if length > self.packet_size_max:
            raise PacketTooLargeError(length, self.packet_size_max)

    def _check_first_byte(self, first_byte: int) -> None:
        """Type and flags, before the rest is waited for."""
        packet_type = first_byte >> 4
        if self.version is None and first_byte != _CONNECT_FIRST_BYTE:
            raise ProtocolError(describe_opening(first_byte))
        if packet_type == _PUBLISH:
            if first_byte & 0x06 == 0x06:
                raise MalformedPacketError("a PUBLISH has QoS 3")
        elif packet_type not in REQUIRED_FLAGS:
            raise MalformedPacketError("packet type 0 is reserved")
        elif first_byte & 0x0F != REQUIRED_FLAGS[packet_type]:
            raise MalformedPacketError("the reserved flags of the fixed header are set")

    def _decode(self, first_byte: int, body: bytes) -> Packet:
        packet_type = first_byte >> 4
        if packet_type != PacketType.CONNECT:
            return DECODERS[packet_type](body, self.version or Version.V3_1_1)
        self._note_version(body)
        return decode_connect(body)

    def _note_version(self, body: bytes) -> None:
        """Remember the version even of a CONNECT that turns out broken, so that the refusal speaks it."""
        if self.version is None:
            try:
                level, _ = read_level(body)
            except PacketError:
                return
            self.version = Version(level) if level in {Version.V3_1_1, Version.V5} else None


def describe_opening(first_byte: int) -> str:
    """What somebody probably wanted whose first byte is no CONNECT's; for the log."""
    if first_byte == 0x16:
        return "a TLS handshake on the port without TLS"
    if chr(first_byte) in "GHPODCT":
        return "an HTTP request on the MQTT port"
    return f"the first packet is no CONNECT (first byte 0x{first_byte:02x})"
