"""The MQTT codec: any bytes, cut anywhere. The first three octets of an input choose version, bound and cuts."""

from collections.abc import Iterator
from random import Random

from hub.ingest.front_door.codec import Decoder
from hub.ingest.front_door.encoding import encode
from hub.ingest.front_door.limits import DEFAULT_LIMITS
from hub.ingest.front_door.packet_types import Version
from hub.ingest.front_door.packets import Connect, Packet
from hub.ingest.front_door.reasons import PacketError
from tests.fuzz.bounds import bounded_time

HEAD_OCTETS = 3
_VERSIONS = (None, Version.V3_1_1, Version.V5, None)
_BOUNDS = (DEFAULT_LIMITS.connect_bytes_max, DEFAULT_LIMITS.packet_bytes_max, 64, 0)
_FIXED_HEADER_OCTETS_MAX = 5

#: Packets in their order, and what ended them: the sentence of the error, or None.
Story = tuple[list[Packet], str | None]


def check(octets: bytes) -> None:
    """Only `PacketError`; cut anywhere the same packets; what was read can be written and read again."""
    if len(octets) < HEAD_OCTETS:
        return
    version, bound = _VERSIONS[octets[0] & 3], _BOUNDS[octets[0] >> 2 & 3]
    stream = octets[HEAD_OCTETS:]
    with bounded_time():
        whole = _read([stream], version, bound)
        pieces = _read(_cut(stream, Random(octets[1] << 8 | octets[2])), version, bound)
        assert pieces == whole, "the same bytes in other pieces are other packets"
        _assert_round_trip(whole[0], version)


def _read(chunks: list[bytes], version: Version | None, bound: int) -> Story:
    decoder = Decoder(bound, version)
    packets: list[Packet] = []
    try:
        for chunk in chunks:
            decoder.feed(chunk)
            while (packet := decoder.next_packet()) is not None:
                packets.append(packet)
            assert decoder.buffered <= bound + _FIXED_HEADER_OCTETS_MAX, "an incomplete packet is kept beyond the bound"
    except PacketError as error:
        return packets, f"{type(error).__name__} {error.reason!r}"
    return packets, None


def _cut(stream: bytes, dice: Random) -> list[bytes]:
    chunks, at = [], 0
    while at < len(stream):
        size = dice.choice((1, 2, 3, 7, 64, 1000))
        chunks.append(stream[at : at + size])
        at += size
    return chunks


def _assert_round_trip(packets: list[Packet], version: Version | None) -> None:
    for packet, spoken in _with_version(packets, version):
        again = Decoder(DEFAULT_LIMITS.packet_bytes_max * 2, spoken)
        octets = encode(packet, spoken)
        again.feed(octets)
        assert again.next_packet() == packet, "what was read is not what is written"
        assert not again.buffered


def _with_version(packets: list[Packet], version: Version | None) -> Iterator[tuple[Packet, Version]]:
    for packet in packets:
        if isinstance(packet, Connect) and version is None:
            version = packet.version
        yield packet, version or Version.V3_1_1
