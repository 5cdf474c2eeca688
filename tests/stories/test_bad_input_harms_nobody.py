"""Garbage, wrong passwords, others' topics, a megabyte, the year 2099, a flood: each is told, nobody else notices."""

import json
import socket
import time
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hub.bench.hub_process import HubProcess
from tests.stories.cast import Device, Json, Onlooker, Village, wait_until


class _Outcome:
    """What a client was told when it tried."""

    def __init__(self, registered: Json, port: int, *, password: str | None = None, topic: str, payload: bytes) -> None:
        self.connack: str | None = None
        self.puback: str | None = None
        self.disconnect: str | None = None
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        client.username_pw_set(registered["mqtt"]["username"], password or registered["mqtt"]["password"])

        def connected(_c: object, _u: object, _f: object, reason: ReasonCode, _p: Properties | None) -> None:
            self.connack = str(reason)
            if not reason.is_failure:
                client.publish(topic, payload, qos=1)

        def published(_c: object, _u: object, _m: int, reason: ReasonCode, _p: Properties) -> None:
            self.puback = str(reason)

        def disconnected(_c: object, _u: object, _f: object, reason: ReasonCode, _p: Properties | None) -> None:
            self.disconnect = str(reason)

        client.on_connect = connected
        client.on_publish = published
        client.on_disconnect = disconnected
        client.connect("127.0.0.1", port)
        client.loop_start()
        refused = {"Success", None}
        try:
            wait_until(lambda: self.puback or self.disconnect or self.connack not in refused)
        finally:
            client.disconnect()
            client.loop_stop()


def test_a_wrong_password_is_refused_and_shown_to_the_technicians(hub: HubProcess, village: Village) -> None:
    registered = village.device()
    outcome = _Outcome(registered, hub.mqtt_port, password="guess", topic="x", payload=b"")
    assert outcome.connack == "Bad user name or password"
    items = wait_until(
        lambda: [
            item
            for item in village.api.all_items("/api/v1/maintenance?limit=200")
            if item["device_id"] == registered["id"] and item["kind"] == "refused_connect"
        ]
    )
    assert items[0]["state"] == "open"


def test_an_unknown_device_is_refused(hub: HubProcess) -> None:
    nobody = {"mqtt": {"username": "00000000-0000-7000-8000-000000000000", "password": "x"}}
    assert _Outcome(nobody, hub.mqtt_port, topic="x", payload=b"").connack == "Bad user name or password"


def test_anothers_topic_is_forbidden_and_nothing_follows(hub: HubProcess, village: Village) -> None:
    mine, recipient = village.device(), village.recipient()
    other = village.device(recipient)
    press = json.dumps({"id": "stolen", "event": "sos_pressed"}).encode()
    outcome = _Outcome(mine, hub.mqtt_port, topic=f"anxin/v1/{other['id']}/up/event", payload=press)
    assert outcome.puback == "Not authorized"
    assert village.incidents_of(recipient["id"]) == []


def test_a_megabyte_ends_the_connection_with_the_reason(hub: HubProcess, village: Village) -> None:
    registered = village.device()
    topic = f"anxin/v1/{registered['id']}/up/telemetry"
    outcome = _Outcome(registered, hub.mqtt_port, topic=topic, payload=b"x" * 1_000_000)
    assert outcome.disconnect == "Packet too large"


@pytest.mark.parametrize("rubbish", [b"\x00" * 64, b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 200, b"\x10\x05hello"])
def test_rubbish_on_the_port_is_cut_and_others_go_on(hub: HubProcess, village: Village, rubbish: bytes) -> None:
    with village.worn_device() as device, socket.create_connection(("127.0.0.1", hub.mqtt_port), 5) as vandal:
        vandal.sendall(rubbish)
        vandal.settimeout(15)
        while vandal.recv(4096):
            pass
        event_id = device.press()
        assert device.disconnects == []
    village.do(village.incident_with(event_id), "close", disposition="test")


def test_the_year_2099_is_not_believed(village: Village) -> None:
    with village.worn_device() as device:
        event_id = device.send("sos_pressed", occurred_at="2099-12-31T23:59:59Z")
        incident = village.incident_with(event_id)
    occurred = datetime.fromisoformat(incident["alerts"][0]["occurred_at"])
    assert abs((datetime.now(UTC) - occurred).total_seconds()) < 60
    village.do(incident, "close", disposition="test")


def test_an_event_nobody_can_read_is_at_the_desk_and_in_quarantine_with_the_reason(village: Village) -> None:
    with Device(village.device(), village.hub.mqtt_port) as device:
        device.publish(b"\x01\x02 help")
        device.publish(json.dumps({"id": "u-1", "event": "hilfe", "ack": True}))
        (incident,) = wait_until(lambda: village.incidents_of(device.id))
        wait_until(lambda: device.stages("u-1") == ["refused"])
    assert incident["kind"] == "unreadable_event"
    kept = [item for item in village.api.all_items("/api/v1/quarantine?limit=200") if item["device_id"] == device.id]
    assert {item["reason"]["code"] for item in kept} == {"not_json", "event_unknown"}
    village.do(incident, "close", disposition="false")


def test_a_flood_of_one_device_delays_nobody_else_and_is_one_maintenance_item(
    hub: HubProcess, village: Village
) -> None:
    mad, calm = village.worn_device(), village.worn_device()
    with mad, calm, Onlooker(hub) as desk:
        for number in range(3000):
            mad._client.publish(f"anxin/v1/{mad.id}/up/telemetry", json.dumps({"measured_at": number}), qos=1)
        began = time.monotonic()
        event_id = calm.press()
        desk.wait_for(lambda incident: any(alert["event_id"] == event_id for alert in incident["alerts"]))
        assert time.monotonic() - began < 2
        floods = wait_until(
            lambda: [
                item
                for item in village.api.all_items("/api/v1/maintenance?limit=200")
                if item["device_id"] == mad.id and item["kind"] == "flood"
            ]
        )
        assert len(floods) == 1
    village.do(village.incident_with(event_id), "close", disposition="test")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/recipients", {"name": ""}),
        ("POST", "/api/v1/recipients", {"name": "x\u0000y"}),
        ("POST", "/api/v1/recipients", [1, 2, 3]),
        ("POST", "/api/v1/devices", {"kind": "toaster"}),
        ("GET", "/api/v1/incidents/not-an-id", None),
        ("GET", "/api/v1/incidents?cursor=%00", None),
        ("POST", "/api/v1/incidents/01a20288-0770-7027-a80e-bbd1927ddff8/close", {"disposition": "real"}),
        ("PUT", "/api/v1/policies/default", {"steps": [], "repeat": 1, "then_every_s": 1, "ack_timeout_s": 1}),
    ],
)
def test_bad_requests_are_told_what_is_wrong(village: Village, method: str, path: str, body: object) -> None:
    answer = village.api.ask(method, path, body)
    assert 400 <= answer.status < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.body["status"] == answer.status
    assert answer.body["title"]


def test_without_a_key_nothing_is_shown(hub: HubProcess) -> None:
    stranger = type(hub.api)(hub.http_port)
    for path in ("/api/v1/incidents", "/api/v1/recipients", "/api/v1/stream", "/api/v1/me"):
        assert stranger.ask("GET", path).status == 401
