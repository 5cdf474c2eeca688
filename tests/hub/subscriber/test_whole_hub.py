"""A whole hub with brokers in front of it, seen from its API and from the broker alone."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.bench.hub_process import HubProcess
from tests.hub.subscriber.broker import Broker, Listener, Publisher, needs_mosquitto

pytestmark = needs_mosquitto
IMEI = "004999010640017"


@pytest.fixture
def hub(data_dir: Path, broker: Broker) -> Iterator[HubProcess]:
    """It hears its own protocol and a vendor's watches at the same broker."""
    sources = f"{broker.url}?name=own,{broker.url}?name=watches&adapter=g616_watch"
    with HubProcess(data_dir / "data", {"HUB_MQTT_SOURCES": sources}) as running:
        log = running.log_path
        broker.wait_until(lambda: log.read_text().count("source_subscribed") == 3, "subscribed")
        yield running


class Heard:
    """What a device was told, to be waited for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stages: list[str] = []

    def note(self, _topic: str, payload: bytes) -> None:
        with self._changed:
            self._stages.append(json.loads(payload)["stage"])
            self._changed.notify_all()

    def wait_for(self, *stages: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._stages == list(stages), 20), self._stages


def _incident_of(hub: HubProcess, broker: Broker, subject_id: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    def look() -> bool:
        found[:] = [one for one in hub.api.all_items("/api/v1/incidents") if one["subject"]["id"] == subject_id]
        return bool(found)

    broker.wait_until(look, "an incident", 20)
    (incident,) = found
    return incident


def test_presses_at_brokers_reach_the_desk_and_who_can_be_told_is_told(hub: HubProcess, broker: Broker) -> None:
    watch_wearer, button_wearer = (hub.api.post("/api/v1/recipients", {"name": name}) for name in ("示例甲", "示例乙"))
    button = hub.api.post("/api/v1/devices", {"kind": "call_button", "recipient_id": button_wearer["id"]})
    hub.api.post("/api/v1/devices", {"kind": "smartwatch", "recipient_id": watch_wearer["id"], "serial": IMEI})
    heard = Heard()
    listener = Listener(broker.port, f"anxin/v1/{button['id']}/down/ack", heard.note)
    publisher = Publisher(broker.port)
    press = {"id": "p-1", "event": "sos_pressed", "ack": True}
    publisher.publish(f"anxin/v1/{button['id']}/up/event", json.dumps(press).encode())
    publisher.publish(f"atom/g616/status/{IMEI}", json.dumps({"imei": IMEI, "sos": True, "heartRate": "96"}).encode())

    incident = _incident_of(hub, broker, button_wearer["id"])
    heard.wait_for("received")
    hub.api.post(f"/api/v1/incidents/{incident['id']}/acknowledge", {})
    heard.wait_for("received", "taken")
    assert _incident_of(hub, broker, watch_wearer["id"])["kind"] == "sos"
    publisher.close()
    listener.close()


def test_a_strangers_press_can_be_taken_and_closed_like_any_other(hub: HubProcess, broker: Broker) -> None:
    publisher = Publisher(broker.port)
    publisher.publish(f"atom/g616/status/{IMEI}", json.dumps({"imei": IMEI, "sos": True}).encode())
    broker.wait_until(lambda: bool(hub.api.all_items("/api/v1/incidents")), "an incident", 20)
    (incident,) = hub.api.all_items("/api/v1/incidents")
    assert (incident["kind"], incident["recipient"]) == ("unreadable_event", None)
    shown = hub.api.get(f"/api/v1/incidents/{incident['id']}")
    assert shown["explanation"]["params"]["device_key"] == IMEI
    hub.api.post(f"/api/v1/incidents/{incident['id']}/acknowledge", {})
    closed = hub.api.post(f"/api/v1/incidents/{incident['id']}/close", {"disposition": "real", "note": "登记设备"})
    assert closed["state"] == "closed"
    kept = hub.api.all_items("/api/v1/quarantine")
    assert {one["reason"]["code"] for one in kept} == {"unknown_device"}
    assert "unknown_device" in {item["kind"] for item in hub.api.all_items("/api/v1/maintenance")}
    publisher.close()
