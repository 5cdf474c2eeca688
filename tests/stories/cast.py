"""Who plays in the stories, each by what it would really have: an MQTT client, an HTTP client, a stream reader.

Nothing here knows the hub's code but the process that is started: these are outsiders.
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any, Self, TypeVar
from uuid import uuid4

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from hub.bench.http_json import HttpJson
from hub.bench.hub_process import HubProcess

Json = dict[str, Any]
T = TypeVar("T")


def wait_until(look: Callable[[], T | None], within_s: float = 20.0) -> T:
    """The first true thing that `look` finds; fails after the deadline."""
    deadline = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"nothing after {within_s} s"
        time.sleep(0.01)


class Device:
    """A device on paho: it presses, and hears what comes down."""

    def __init__(self, registered: Json, port: int, *, version: int = MQTTProtocolVersion.MQTTv5) -> None:
        self.id: str = registered["id"]
        self.heard: list[Json] = []
        self.disconnects: list[Any] = []
        self._on_its_way: dict[str, int] = {}
        self._acknowledged: set[int] = set()  # by packet id, as paho counts them: none twice within a story
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"story-{uuid4().hex[:12]}", protocol=MQTTProtocolVersion(version)
        )
        self._client.username_pw_set(registered["mqtt"]["username"], registered["mqtt"]["password"])
        self._client.reconnect_delay_set(min_delay=1, max_delay=1)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.on_publish = lambda *arguments: self._acknowledged.add(arguments[2])
        self._client.on_disconnect = lambda *arguments: self.disconnects.append(arguments[3])
        self._port = port
        self._subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: self._subscribed.set()

    def __enter__(self) -> Self:
        self._client.connect("127.0.0.1", self._port, keepalive=30)
        self._client.loop_start()
        assert self._subscribed.wait(10), "no SUBACK"
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, event: str, *, event_id: str | None = None, leaf: str = "event", **fields: object) -> str:
        """Publish one device event and wait for its PUBACK; returns its id."""
        event_id = event_id or uuid4().hex
        payload = {"id": event_id, "event": event, "occurred_at": datetime.now(UTC).isoformat(), **fields}
        self.publish(json.dumps(payload), leaf)
        return event_id

    def press(self, event_id: str | None = None, *, ack: bool = True) -> str:
        """An SOS."""
        return self.send("sos_pressed", event_id=event_id, ack=ack)

    def press_soon(self) -> str:
        """An SOS that is on its way when this returns."""
        event_id = uuid4().hex
        payload = json.dumps({"id": event_id, "event": "sos_pressed", "occurred_at": datetime.now(UTC).isoformat()})
        self._on_its_way[event_id] = self._client.publish(f"anxin/v1/{self.id}/up/event", payload, qos=1).mid
        return event_id

    def wait_for_acknowledgement(self, event_id: str, within_s: float = 30.0) -> None:
        """Wait for the PUBACK of a press that was on its way."""
        self._wait_for(self._on_its_way.pop(event_id), within_s)

    def publish(self, payload: str | bytes, leaf: str = "event", within_s: float = 20.0) -> None:
        """Publish with QoS 1 and wait until it is acknowledged."""
        self.publish_for(self.id, payload, leaf, within_s)

    def publish_for(self, device_id: str, payload: str | bytes, leaf: str, within_s: float = 20.0) -> None:
        """Publish as the gateway of another device."""
        self._wait_for(self._client.publish(f"anxin/v1/{device_id}/up/{leaf}", payload, qos=1).mid, within_s)

    def stages(self, event_id: str) -> list[str]:
        """What the device was told about its event, each stage once, in order."""
        told = [heard["stage"] for heard in self.heard if heard.get("ref") == event_id]
        return list(dict.fromkeys(told))

    def _wait_for(self, mid: int, within_s: float) -> None:
        """Until its PUBACK, over however many connections: paho keeps what it could not send."""
        wait_until(lambda: mid in self._acknowledged, within_s)

    def _on_connect(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(f"anxin/v1/{self.id}/down/#", qos=1)

    def _on_message(self, _client: object, _userdata: object, message: mqtt.MQTTMessage) -> None:
        self.heard.append(json.loads(message.payload))


class Onlooker:
    """Reads the stream, from a position on, and keeps every incident it saw, newest state last."""

    def __init__(self, hub: HubProcess, after: int | None = None) -> None:
        self.incidents: list[Json] = []
        self.positions: list[int] = []
        self.events: list[str] = []
        self._hub = hub
        self._after = after
        self._connection = HTTPConnection("127.0.0.1", hub.http_port, timeout=30)
        self._connection.connect()
        self._socket = self._connection.sock
        self._opened = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._opened.wait(10), "the stream did not open"
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._socket.shutdown(SHUT_RDWR)
        self._thread.join(5)
        self._connection.close()

    def wait_for(self, condition: Callable[[Json], bool], within_s: float = 10.0) -> Json:
        """The first incident seen for which the condition holds."""
        return (
            wait_until(lambda: next((seen for seen in list(self.incidents) if condition(seen)), None), within_s) or {}
        )

    def _read(self) -> None:
        path = "/api/v1/stream" if self._after is None else f"/api/v1/stream?after={self._after}"
        self._connection.request("GET", path, headers={"Authorization": f"Bearer {self._hub.api.key}"})
        with self._connection.getresponse() as response:
            assert response.status == 200
            self._opened.set()
            with suppress(OSError, HTTPException):
                self._follow(response)

    def _follow(self, response: HTTPResponse) -> None:
        event, position = "", 0
        for raw in response:
            name, _, value = raw.decode().rstrip("\n").partition(":")
            match name:
                case "event":
                    event = value.strip()
                    self.events.append(event)
                case "id":
                    position = int(value)
                case "data" if event == "incident":
                    self.positions.append(position)
                    self.incidents.append(json.loads(value))
                case _:
                    pass


class Village:
    """A recipient with family and a device, made through the API."""

    def __init__(self, hub: HubProcess) -> None:
        self.hub = hub

    @property
    def api(self) -> HttpJson:
        return self.hub.api

    def recipient(self, name: str = "李示例", contacts: tuple[str, ...] = ()) -> Json:
        recipient: Json = self.api.post("/api/v1/recipients", {"name": name})
        for number, phone in enumerate(contacts):
            self.api.post(f"/api/v1/recipients/{recipient['id']}/contacts", {"name": f"亲属{number}", "phone": phone})
        return recipient

    def device(self, recipient: Json | None = None, kind: str = "call_button", **fields: object) -> Json:
        wanted: Json = {"kind": kind, **fields}
        if recipient is not None:
            wanted["recipient_id"] = recipient["id"]
        registered: Json = self.api.post("/api/v1/devices", wanted)
        return registered

    def worn_device(self, contacts: tuple[str, ...] = ()) -> Device:
        """A device of somebody with these contacts."""
        return Device(self.device(self.recipient(contacts=contacts)), self.hub.mqtt_port)

    def incidents_of(self, recipient_or_device_id: str) -> list[Json]:
        """The incidents of a subject, oldest first."""
        every = self.api.all_items("/api/v1/incidents?limit=200")
        mine = [incident for incident in every if incident["subject"]["id"] == recipient_or_device_id]
        return sorted(mine, key=lambda incident: incident["opened_at"])

    def incident_with(self, event_id: str) -> Json:
        """The incident that holds this device event."""
        found = wait_until(
            lambda: [
                incident
                for incident in self.api.all_items("/api/v1/incidents?limit=200")
                if any(alert["event_id"] == event_id for alert in incident["alerts"])
            ]
        )
        assert len(found) == 1
        return dict(found[0])

    def do(self, incident: Json, what: str, **fields: object) -> Json:
        """An operator's action through the API."""
        changed: Json = self.api.post(f"/api/v1/incidents/{incident['id']}/{what}", fields)
        return changed


class Phone:
    """The texts that left through the `log:` channel."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def texts_to(self, number: str) -> list[Json]:
        """The texts of one number, in order."""
        if not self._path.exists():
            return []
        lines = [json.loads(line) for line in self._path.read_text().splitlines() if line.strip()]
        return [line for line in lines if line["to"] == number]
