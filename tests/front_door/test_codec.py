"""What the codec refuses, with which reason, and when."""

import pytest

from hub.ingest.front_door.codec import Decoder
from hub.ingest.front_door.encoding import encode
from hub.ingest.front_door.packet_types import Version
from hub.ingest.front_door.packets import Publish
from hub.ingest.front_door.reasons import PacketError, ReasonCode

LIMIT = 1_000
V3, V5 = Version.V3_1_1, Version.V5


def refuse(octets: bytes, version: Version | None = V5) -> PacketError:
    decoder = Decoder(LIMIT, version)
    decoder.feed(octets)
    with pytest.raises(PacketError) as caught:
        decoder.next_packet()
    return caught.value


@pytest.mark.parametrize(
    ("octets", "version"),
    [
        (b"\x00\x00", V5),  # packet type 0
        (b"\xf0\x00", V3),  # AUTH does not exist
        (b"\x36\x05\x00\x01a\x00\x01", V5),  # QoS 3
        (b"\x38\x04\x00\x01a\x00", V5),  # DUP at QoS 0
        (b"\x32\x06\x00\x01a\x00\x00\x00", V5),  # packet identifier 0
        (b"\x32\x04\x00\x01a\x00", V5),  # ends inside the packet identifier
        (b"\x30\x01\x00", V5),  # ends inside the topic's length
        (b"\x30\x04\x00\x09a\x00", V5),  # topic longer than the packet
        (b"\x30\x04\x00\x01+\x00", V5),  # wildcard in a topic name
        (b"\x30\x04\x00\x01\xff\x00", V5),  # no UTF-8
        (b"\x30\x06\x00\x03\xed\xa0\x80\x00", V5),  # a surrogate
        (b"\x30\x04\x00\x01\x00\x00", V5),  # U+0000
        (b"\x30\x02\x00\x00", V3),  # no topic
        (b"\x30\x80\x80\x80\x80\x01", V5),  # remaining length of five bytes
        (b"\x30\x84\x00\x00\x01a\x00", V5),  # remaining length not in its shortest form
        (b"\x60\x02\x00\x01", V5),  # PUBREL with flags 0
        (b"\xc1\x00", V5),  # PINGREQ with a flag
        (b"\xc0\x01\x00", V5),  # PINGREQ with a body
        (b"\x80\x05\x00\x01\x00\x00\x00", V5),  # SUBSCRIBE with flags 0
        (b"\x82\x07\x00\x01\x00\x00\x01a\xc0", V5),  # reserved subscription options
        (b"\x82\x06\x00\x01\x00\x01a\x04", V3),  # an MQTT 5 option in 3.1.1
        (b"\x82\x06\x00\x01\x00\x00\x00\x00", V5),  # an empty filter
        (b"\x40\x03\x00\x01\x01", V5),  # no reason code of PUBACK
        (b"\x40\x03\x00\x01\x00", V3),  # a reason code in 3.1.1
        (b"\x30\x06\x00\x01a\x02\x7f\x00", V5),  # an unknown property
        (b"\x30\x09\x00\x01a\x05\x11\x00\x00\x00\x01", V5),  # a property of another packet
        (b"\x30\x06\x00\x01a\x09\x01\x00", V5),  # properties longer than the packet
        (b"\xe0\x01\x00", V3),  # a DISCONNECT with a body
    ],
)
def test_bytes_that_are_no_packet_are_malformed(octets: bytes, version: Version) -> None:
    assert refuse(octets, version).reason is ReasonCode.MALFORMED_PACKET


@pytest.mark.parametrize(
    "octets",
    [
        b"\x82\x03\x00\x01\x00",  # a SUBSCRIBE without filters
        b"\xa2\x03\x00\x01\x00",  # an UNSUBSCRIBE without filters
        b"\x82\x07\x00\x01\x00\x00\x01a\x30",  # retain handling 3
        b"\x30\x08\x00\x01a\x04\x01\x00\x01\x00",  # a property twice
        b"\x30\x06\x00\x01a\x02\x01\x02",  # a flag that is 2
        b"\x30\x03\x00\x00\x00",  # neither topic nor alias
        b"\x82\x09\x00\x01\x02\x0b\x00\x00\x01a\x00",  # subscription identifier 0
        b"\x82\x0b\x00\x01\x04\x0b\x01\x0b\x02\x00\x01a\x00",  # two subscription identifiers
        b"\x82\x10\x00\x01\x00\x00\x0a$share/g/a\x04",  # no-local on a shared subscription
    ],
)
def test_packets_that_are_not_allowed_are_protocol_errors(octets: bytes) -> None:
    assert refuse(octets).reason is ReasonCode.PROTOCOL_ERROR


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"\x10\x0c\x00\x06MQIsdp\x03\x02\x00\x00", ReasonCode.UNSUPPORTED_PROTOCOL_VERSION),
        (b"\x10\x0a\x00\x04MQTT\x06\x02\x00\x00", ReasonCode.UNSUPPORTED_PROTOCOL_VERSION),
        (b"\x10\x0a\x00\x04MQTX\x04\x02\x00\x00", ReasonCode.UNSUPPORTED_PROTOCOL_VERSION),
        (b"\x10\x0c\x00\x04MQTT\x04\x03\x00\x00\x00\x00", ReasonCode.MALFORMED_PACKET),  # the reserved flag
        (b"\x10\x0c\x00\x04MQTT\x04\x40\x00\x00\x00\x00", ReasonCode.MALFORMED_PACKET),  # password without user
        (b"\x10\x0c\x00\x04MQTT\x04\x1e\x00\x00\x00\x00", ReasonCode.MALFORMED_PACKET),  # a will of QoS 3
        (b"\x10\x0c\x00\x04MQTT\x04\x08\x00\x00\x00\x00", ReasonCode.MALFORMED_PACKET),  # will QoS without a will
        (b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x00\x00", ReasonCode.MALFORMED_PACKET),  # bytes after the end
        (b"\x12\x00", ReasonCode.PROTOCOL_ERROR),  # reserved flags
    ],
)
def test_a_connect_is_checked_field_by_field(octets: bytes, reason: ReasonCode) -> None:
    assert refuse(octets, None).reason is reason


@pytest.mark.parametrize(
    ("opening", "word"),
    [(b"\x16\x03\x01\x02\x00", "TLS"), (b"GET / HTTP/1.1\r\n", "HTTP"), (b"\xc0\x00", "no CONNECT")],
)
def test_the_log_says_what_knocked_at_the_wrong_door(opening: bytes, word: str) -> None:
    assert word in str(refuse(opening, None))


def test_a_packet_over_the_limit_is_refused_at_its_header() -> None:
    megabyte = encode(Publish("a/b", bytes(1_000_000), 1, packet_id=1), V5)
    assert refuse(megabyte[:4]).reason is ReasonCode.PACKET_TOO_LARGE


def test_a_length_that_can_only_be_too_large_is_not_waited_for() -> None:
    assert refuse(b"\x30\xff\xff").reason is ReasonCode.PACKET_TOO_LARGE


def test_a_packet_at_the_limit_passes() -> None:
    topic_and_properties = 2 + 3 + 1
    octets = encode(Publish("a/b", bytes(LIMIT - topic_and_properties)), V5)
    decoder = Decoder(LIMIT, V5)
    decoder.feed(octets)
    assert decoder.next_packet() is not None


def test_a_packet_in_single_bytes_is_not_copied_again_and_again() -> None:
    """Joined once when whole: 64 KiB a byte at a time would otherwise copy 2 GiB."""
    octets = encode(Publish("a/b", bytes(65_536)), V5)
    decoder = Decoder(70_000, V5)
    for byte in octets[:-1]:
        decoder.feed(bytes((byte,)))
        assert decoder.next_packet() is None
    decoder.feed(octets[-1:])
    packet = decoder.next_packet()
    assert isinstance(packet, Publish)
    assert len(packet.payload) == 65_536


def test_the_version_of_a_broken_connect_is_known_for_the_answer() -> None:
    decoder = Decoder(LIMIT)
    decoder.feed(b"\x10\x0d\x00\x04MQTT\x05\x03\x00\x00\x00\x00\x00")
    with pytest.raises(PacketError):
        decoder.next_packet()
    assert decoder.version is V5


def test_many_topics_do_not_pile_up() -> None:
    decoder = Decoder(LIMIT, V5)
    for number in range(2_000):
        decoder.feed(encode(Publish(f"topic/{number}", b""), V5))
        assert decoder.next_packet() is not None
    assert len(decoder._topics) <= 256
