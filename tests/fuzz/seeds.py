"""What the corpus starts from: captured payloads, valid packets of both versions, PDUs as another codec writes them."""

import gzip
from collections.abc import Iterator
from random import Random
from typing import Any

import smpp34
import zstandard

from device_adapters.families import BUILT_IN
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
    SubscriptionRequest,
    UnsubAck,
    Unsubscribe,
    Will,
)
from hub.ingest.front_door.properties import NO_PROPERTIES, Properties
from hub.notify.channels.smpp.pdu import HEADER_OCTETS
from hub.storage.views import encode_cursor
from tests.device_adapters.payload_files import payload_files
from tests.fuzz import mqtt_codec, mqtt_session
from tests.fuzz.mqtt_session import CHILD, DEVICE

_UP, _DOWN = f"anxin/v1/{DEVICE}/up", f"anxin/v1/{DEVICE}/down"
_PERSON = (
    b'{"id": "p1", "timezone": "Asia/Shanghai", "lives_alone": false, "monitoring": {"offline_after_s": 60}, '
    b'"devices": [{"id": "d1", "kind": "gateway", "serial": "S", "gateway_id": null}], '
    b'"modes": [{"mode": "away", "from": "2026-11-22T00:00:00+08:00", "until": null}]}\n'
)
_LINE = (
    b'{"at": "2026-11-22T00:00:00Z", "topic": "anxin/v1/d1/up/event", "payload": {"event": "sos_pressed"}}\n'
    b'{"at": "2026-11-22T00:00:01Z", "topic": "x", "payload": "e30=", "encoding": "base64"}\n'
)


def seeds() -> dict[str, list[bytes]]:
    """First inputs by target."""
    found: dict[str, list[bytes]] = {
        "mqtt_codec": list(_codec_seeds()),
        "mqtt_session": list(_session_seeds()),
        "mqtt_connection": list(_session_seeds()),
        "gateway_pdus": list(_gateway_seeds()),
        "recordings": [
            b"\x01" + _PERSON,
            b"\x00" + _LINE,
            b"\x19" + _PERSON,
            b"\x1a" + _LINE,
            b"\x08" + gzip.compress(_LINE, mtime=0),
            b"\x0a" + zstandard.ZstdCompressor().compress(_LINE),
        ],
        "broker_addresses": [
            b"mqtt://user:password@broker.example:1884/?adapter=g616_watch&filter=atom/g616/status/+&name=vendor",
            b"mqtts://h/?filter=#&event_filter=a/+/b&zone=Asia/Tokyo&division=990101000000&version=3.1.1&window=5",
            b"mqtt://[::1]/?client_id=c&keepalive=60&adapter.key=value",
        ],
        "text_addresses": [b"smpp://hub:secret@gateway.example:2775/?source=10690000", b"log:/tmp/texts", b"log:"],
        "cursors": [
            bytes((kind,)) + encode_cursor(*parts).encode()
            for kind, parts in enumerate(
                (
                    ("990101000000",),
                    (DEVICE,),
                    ("2026-11-22T00:00:00+00:00", DEVICE),
                    ("2026-11-22T00:00:00+00:00",),
                    ("2026-11-22T00:00:00+00:00", DEVICE, "ab12"),
                )
            )
        ],
    }
    for family in BUILT_IN:
        found[f"adapter_{family}"] = [
            file.message.topic.encode() + b"\n" + file.message.payload_bytes for file in payload_files(family)
        ]
    return found


def _client_packets(version: Version) -> list[Packet]:
    v5 = version is Version.V5
    some = Properties(user_properties=(("k", "v"),), message_expiry_interval=5) if v5 else NO_PROPERTIES
    alias = Properties(topic_alias=1) if v5 else NO_PROPERTIES
    request = SubscriptionRequest(topic_filter=f"{_DOWN}/#", qos=1)
    packets: list[Packet] = [
        Publish(f"{_UP}/event", b'{"event": "sos_pressed"}', 1, packet_id=1, properties=alias),
        Publish("" if v5 else f"{_UP}/event", b"{}", 1, dup=True, packet_id=5, properties=alias),
        Publish(f"{_UP}/telemetry", b"{}", 0, retain=True, properties=some),
        Publish(f"anxin/v1/{CHILD}/up/event", b"{}", 2, packet_id=2),
        Acknowledgement(PacketType.PUBREL, 2),
        Acknowledgement(PacketType.PUBACK, 1),
        Subscribe(
            packet_id=4, requests=(request, SubscriptionRequest(topic_filter=f"anxin/v1/{CHILD}/down/ack", qos=0))
        ),
        Unsubscribe(packet_id=6, topic_filters=(f"{_DOWN}/#",)),
        PingReq(),
        Disconnect(),
    ]
    return packets


def _server_packets(version: Version) -> list[Packet]:
    v5 = version is Version.V5
    said = Properties(reason_string="r") if v5 else NO_PROPERTIES
    packets: list[Packet] = [
        ConnAck(session_present=True, properties=said),
        Acknowledgement(PacketType.PUBREC, 7, 0x10 if v5 else 0, said),
        Acknowledgement(PacketType.PUBCOMP, 7),
        SubAck(packet_id=3, codes=(0, 1)),
        UnsubAck(packet_id=3, codes=(0, 0x11) if v5 else ()),
        PingResp(),
    ]
    return [*packets, Auth(code=0x18, properties=Properties(authentication_method="m"))] if v5 else packets


def _connect(version: Version, *, with_will: bool) -> Connect:
    v5 = version is Version.V5
    will = Will(topic=f"{_UP}/status", payload=b'{"online": false}', qos=1, retain=True)
    return Connect(
        version=version,
        client_id="c",
        clean_start=with_will,
        keep_alive_s=60,
        username=DEVICE,
        password=b"secret",
        will=will if with_will else None,
        properties=Properties(session_expiry_interval=60, receive_maximum=10) if v5 else NO_PROPERTIES,
    )


def _codec_seeds() -> Iterator[bytes]:
    assert mqtt_codec.HEAD_OCTETS == 3
    for version in Version:
        spoken = bytes((1 if version is Version.V3_1_1 else 2, 1, 2))
        for packet in (*_client_packets(version), *_server_packets(version)):
            yield spoken + encode(packet, version)
        for with_will in (False, True):
            yield b"\0\0\1" + encode(_connect(version, with_will=with_will), version)


def _session_seeds() -> Iterator[bytes]:
    dice = Random(4)
    for version in Version:
        packets = _client_packets(version)
        for at in range(12):
            script = bytes(dice.randrange(256) for _ in range(mqtt_session.HEAD_OCTETS))
            chosen: list[Packet] = [_connect(version, with_will=at % 2 == 0), *dice.sample(packets, 1 + at % 6)]
            yield script + b"".join(encode(packet, version) for packet in chosen)


def _gateway_seeds() -> Iterator[bytes]:
    words = b"id:m-1 sub:001 dlvrd:001 submit date:2611220214 done date:2611220215 stat:UNDELIV err:011 text:x"
    tlvs = [smpp34.Tlv(0x001E, b"m-2\0"), smpp34.Tlv(0x0427, b"\x02")]
    many: tuple[dict[str, Any], ...] = (
        {"short_message": "能去".encode("utf-16-be"), "data_coding": 8},
        {"short_message": b"1", "data_coding": 0},
        {"short_message": words, "esm_class": 4},
        {"esm_class": 4, "tlvs": tlvs},
        {"short_message": b"\x05\x00\x03\x2a\x02\x01\x80\xfd", "data_coding": 8, "esm_class": 0x40},
        {"data_coding": 8, "tlvs": [smpp34.Tlv(0x0424, b"\x80\xfd")]},
    )
    for fields in many:
        pdu: bytes = smpp34.DeliverSm("10000000001", "10690000", **fields).encode()
        yield b"\x01" + pdu
        yield b"\x00" + pdu[HEADER_OCTETS:]
