"""The codec against itself (round trips, any chunking) and against the `mqtt5` codec, which others wrote in Rust."""

from itertools import cycle
from typing import Any

import mqtt5
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hub.ingest.front_door.codec import Decoder
from hub.ingest.front_door.encoding import encode
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
    UnsubAck,
    Unsubscribe,
)
from hub.ingest.front_door.properties import Properties
from hub.ingest.front_door.reasons import PacketError
from tests.front_door.packet_strategies import packets

SIZE_MAX = 1_000_000
#: Section 3.15.2.1 lets AUTH be empty; mqtt5 0.8 does not read that.
EMPTY_AUTH = b"\xf0\x00"
EXAMPLES = settings(max_examples=200, deadline=None)

both_versions = st.sampled_from(list(Version)).flatmap(
    lambda version: st.tuples(st.just(version), st.lists(packets(version), min_size=1, max_size=4))
)


def decode(octets: bytes, version: Version) -> Packet:
    decoder = Decoder(SIZE_MAX, version)
    decoder.feed(octets)
    packet = decoder.next_packet()
    assert packet is not None
    assert decoder.buffered == 0
    return packet


@EXAMPLES
@given(both_versions, st.lists(st.integers(1, 60), min_size=1, max_size=10))
def test_packets_survive_the_wire_however_it_is_cut(sent: tuple[Version, list[Packet]], sizes: list[int]) -> None:
    version, wanted = sent
    octets = b"".join(encode(packet, version) for packet in wanted)
    decoder = Decoder(SIZE_MAX, version)
    got: list[Packet] = []
    at = 0
    for size in cycle(sizes):
        decoder.feed(octets[at : at + size])
        at += size
        while (packet := decoder.next_packet()) is not None:
            got.append(packet)
        if at >= len(octets):
            break
    assert got == wanted


# mqtt5 keeps defaults where we keep "not sent", and has no distinct flags in acknowledgements: compare what both know.

_ACKNOWLEDGEMENTS = {
    PacketType.PUBACK: mqtt5.PubAckPacket,
    PacketType.PUBREC: mqtt5.PubRecPacket,
    PacketType.PUBREL: mqtt5.PubRelPacket,
    PacketType.PUBCOMP: mqtt5.PubCompPacket,
}


def summary(packet: Packet) -> tuple[Any, ...]:
    """Our packet in the words of `peer_summary`."""
    p: Properties = getattr(packet, "properties", Properties())
    users = list(p.user_properties)
    match packet:
        case Connect():
            will = packet.will
            return (
                "connect",
                packet.client_id,
                packet.username,
                packet.password,
                packet.clean_start,
                packet.keep_alive_s,
                p.session_expiry_interval or 0,
                p.authentication_method,
                p.authentication_data,
                p.request_problem_information != 0,
                p.request_response_information == 1,
                p.receive_maximum or 65_535,
                p.topic_alias_maximum or 0,
                p.maximum_packet_size,
                users,
                None
                if will is None
                else (
                    will.topic,
                    will.payload,
                    will.qos,
                    will.retain,
                    _message(will.properties),
                    will.properties.will_delay_interval or 0,
                ),
            )
        case ConnAck():
            return (
                "connack",
                packet.session_present,
                packet.code,
                p.session_expiry_interval,
                p.assigned_client_identifier,
                p.server_keep_alive,
                p.authentication_method,
                p.authentication_data,
                p.response_information,
                p.server_reference,
                p.reason_string,
                p.receive_maximum or 65_535,
                p.topic_alias_maximum or 0,
                2 if p.maximum_qos is None else p.maximum_qos,
                p.retain_available != 0,
                p.maximum_packet_size,
                p.wildcard_subscription_available != 0,
                p.subscription_identifiers_available != 0,
                p.shared_subscription_available != 0,
                users,
            )
        case Publish():
            head = (packet.topic, packet.payload, packet.qos, packet.retain, packet.packet_id, packet.dup)
            return ("publish", *head, _message(p), list(p.subscription_identifiers), p.topic_alias)
        case Acknowledgement():
            return (packet.type, packet.packet_id, packet.code, p.reason_string, users)
        case Subscribe():
            requests = [
                (r.topic_filter, r.qos, r.no_local, r.retain_as_published, r.retain_handling) for r in packet.requests
            ]
            identifier = p.subscription_identifiers[0] if p.subscription_identifiers else None
            return ("subscribe", packet.packet_id, requests, identifier, users)
        case SubAck() | UnsubAck():
            return (type(packet).__name__, packet.packet_id, list(packet.codes), p.reason_string, users)
        case Unsubscribe():
            return ("unsubscribe", packet.packet_id, list(packet.topic_filters), users)
        case PingReq() | PingResp():
            return (type(packet).__name__,)
        case Disconnect():
            return ("disconnect", packet.code, p.session_expiry_interval, p.server_reference, p.reason_string, users)
        case Auth():
            method, auth_data = p.authentication_method, p.authentication_data
            return ("auth", packet.code, method, auth_data, p.reason_string, users)


def _message(p: Properties) -> tuple[Any, ...]:
    return (
        p.payload_format_indicator or 0,
        p.message_expiry_interval,
        p.content_type,
        p.response_topic,
        p.correlation_data,
        list(p.user_properties),
    )


def _peer_message(p: Any) -> tuple[Any, ...]:
    return (
        p.payload_format_indicator,
        p.message_expiry_interval,
        p.content_type,
        p.response_topic,
        p.correlation_data,
        p.user_properties,
    )


def peer_summary(p: Any) -> tuple[Any, ...]:
    """A packet of `mqtt5` in the words of `summary`."""
    match p:
        case mqtt5.ConnectPacket():
            will = p.will
            return (
                "connect",
                p.client_id,
                p.username,
                p.password,
                p.clean_start,
                p.keep_alive,
                p.session_expiry_interval,
                p.authentication_method,
                p.authentication_data,
                p.request_problem_info,
                p.request_response_info,
                p.receive_max,
                p.topic_alias_max,
                p.max_packet_size,
                p.user_properties,
                None
                if will is None
                else (
                    will.topic,
                    will.payload or b"",
                    will.qos,
                    will.retain,
                    _peer_message(will),
                    will.will_delay_interval,
                ),
            )
        case mqtt5.ConnAckPacket():
            return (
                "connack",
                p.session_present,
                p.reason_code,
                p.session_expiry_interval,
                p.assigned_client_id,
                p.server_keep_alive,
                p.authentication_method,
                p.authentication_data,
                p.response_info,
                p.server_reference,
                p.reason_str,
                p.receive_max,
                p.topic_alias_max,
                p.max_qos,
                p.retain_available,
                p.max_packet_size,
                p.wildcard_subscription_available,
                p.subscription_id_available,
                p.shared_subscription_available,
                p.user_properties,
            )
        case mqtt5.PublishPacket():
            head = (p.topic, p.payload, p.qos, p.retain, p.packet_id, p.duplicate)
            return ("publish", *head, _peer_message(p), p.subscription_ids, p.topic_alias)
        case mqtt5.PubAckPacket() | mqtt5.PubRecPacket() | mqtt5.PubRelPacket() | mqtt5.PubCompPacket():
            kind = next(kind for kind, peer in _ACKNOWLEDGEMENTS.items() if isinstance(p, peer))
            return (kind, p.packet_id, p.reason_code, p.reason_str, p.user_properties)
        case mqtt5.SubscribePacket():
            requests = [
                (f.pattern, f.max_qos, f.no_local, f.retain_as_published, f.retain_handling) for f in p.topic_filters
            ]
            return ("subscribe", p.packet_id, requests, p.subscription_id, p.user_properties)
        case mqtt5.SubAckPacket():
            return ("SubAck", p.packet_id, p.reason_codes, p.reason_str, p.user_properties)
        case mqtt5.UnsubAckPacket():
            return ("UnsubAck", p.packet_id, p.reason_codes, p.reason_str, p.user_properties)
        case mqtt5.UnsubscribePacket():
            return ("unsubscribe", p.packet_id, p.patterns, p.user_properties)
        case mqtt5.PingReqPacket():
            return ("PingReq",)
        case mqtt5.PingRespPacket():
            return ("PingResp",)
        case mqtt5.DisconnectPacket():
            return (
                "disconnect",
                p.reason_code,
                p.session_expiry_interval,
                p.server_reference,
                p.reason_str,
                p.user_properties,
            )
        case mqtt5.AuthPacket():
            method, auth_data = p.authentication_method, p.authentication_data
            return ("auth", p.reason_code, method, auth_data, p.reason_str, p.user_properties)
    raise AssertionError(f"mqtt5 returned {p!r}")


@EXAMPLES
@given(packets(Version.V5))
def test_the_other_codec_reads_what_we_write(packet: Packet) -> None:
    octets = encode(packet, Version.V5)
    assume(octets != EMPTY_AUTH)
    got, size = mqtt5.read(memoryview(octets))
    assert size == len(octets)
    assert peer_summary(got) == summary(packet)


@EXAMPLES
@given(packets(Version.V5))
def test_we_read_what_the_other_codec_writes(packet: Packet) -> None:
    octets = encode(packet, Version.V5)
    assume(octets != EMPTY_AUTH)
    theirs, _ = mqtt5.read(memoryview(octets))
    assert summary(decode(theirs.write(), Version.V5)) == peer_summary(theirs)


@settings(max_examples=600, deadline=None)
@given(packets(Version.V5), st.data())
def test_a_damaged_packet_means_the_same_to_both_or_is_refused(packet: Packet, data: st.DataObject) -> None:
    """Whatever we accept, the other codec must accept and understand alike, save where it is known to be stricter."""
    octets = bytearray(encode(packet, Version.V5))
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(1, len(octets) - 1))] = data.draw(st.integers(0, 255))
    assume(octets[:2] != EMPTY_AUTH)
    decoder = Decoder(SIZE_MAX, Version.V5)
    decoder.feed(bytes(octets))
    try:
        ours = decoder.next_packet()
    except PacketError:
        return
    try:
        theirs, _ = mqtt5.read(memoryview(octets))
    except IndexError:
        assert ours is None, "they wait for more, we do not"
        return
    except ValueError as error:
        pytest.fail(f"we accept {ours!r}, they do not: {error}")
    assert ours is not None
    assert summary(ours) == peer_summary(theirs)
