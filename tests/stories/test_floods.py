"""A flood from outside, against a whole hub: others are heard, nothing acknowledged is missing, one item says so."""

import json
import time
from datetime import UTC, datetime

from hub.bench.hub_process import HubProcess
from tests.stories.cast import Device, Json, Onlooker, Village, wait_until


def _items_of(village: Village, device_id: str, kind: str) -> list[Json]:
    return [
        item
        for item in village.api.all_items("/api/v1/maintenance?limit=200")
        if item["device_id"] == device_id and item["kind"] == kind
    ]


def test_the_sibling_of_a_mad_child_is_heard_on_the_same_connection(hub: HubProcess, village: Village) -> None:
    gateway = village.device(kind="gateway")
    mad = village.device(kind="wristband", gateway_id=gateway["id"])
    recipient = village.recipient()
    calm = village.device(recipient, kind="wristband", gateway_id=gateway["id"])
    voice = Device(gateway, hub.mqtt_port)
    voice._client.max_inflight_messages_set(1000)
    with voice, Onlooker(hub) as desk:
        for number in range(900):
            reading = {"id": f"m{number}", "measured_at": datetime.now(UTC).isoformat(), "heart_rate_bpm": 70}
            voice._client.publish(f"anxin/v1/{mad['id']}/up/telemetry", json.dumps(reading), qos=1)
        began = time.monotonic()
        press = {"id": "sibling", "event": "sos_pressed", "occurred_at": datetime.now(UTC).isoformat()}
        voice._client.publish(f"anxin/v1/{calm['id']}/up/event", json.dumps(press), qos=1)
        desk.wait_for(lambda incident: any(alert["event_id"] == "sibling" for alert in incident["alerts"]))
        # 300 readings beyond the burst take half a minute at the child's rate; the press did not wait for them
        assert time.monotonic() - began < 10
        assert len(wait_until(lambda: _items_of(village, mad["id"], "flood"))) == 1
    village.do(village.incident_with("sibling"), "close", disposition="test")


def test_garbage_by_the_hundred_is_one_incident_and_the_quarantine_counts_it(village: Village) -> None:
    with Device(village.device(), village.hub.mqtt_port) as device:
        told = [
            device._client.publish(f"anxin/v1/{device.id}/up/event", b"\xff garbage %d" % n, qos=1) for n in range(300)
        ]
        for message in told:
            message.wait_for_publish(30)
    (incident,) = wait_until(lambda: village.incidents_of(device.id))
    assert incident["kind"] == "unreadable_event"
    lines = village.api.all_items(f"/api/v1/quarantine?device_id={device.id}&limit=200")
    assert sum(line["messages"] for line in lines) == 300
    assert len(lines) == 201
    village.do(incident, "close", disposition="false")
