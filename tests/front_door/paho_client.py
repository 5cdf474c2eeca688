"""paho-mqtt as an independent peer: its thread on one side, the test's event loop on the other."""

import asyncio
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.front_door.conftest import HOST
from tests.front_door.fakes import SECRET, until

V3 = MQTTProtocolVersion.MQTTv311
V5 = MQTTProtocolVersion.MQTTv5


class PahoClient:
    """One client; lists grow as things happen. Use as `async with`."""

    def __init__(
        self,
        port: int,
        device_id: str,
        *,
        protocol: MQTTProtocolVersion = V5,
        secret: str = SECRET,
        client_id: str = "paho",
        clean: bool = True,
        expiry_s: int = 0,
        keep_alive_s: int = 30,
        auto_ack: bool = True,
    ) -> None:
        self.device_id = device_id
        self.codes: list[int] = []  #: Of each CONNACK.
        self.session_present: list[bool] = []
        self.acknowledged: dict[int, int] = {}  #: Message identifier -> reason code.
        self.granted: list[list[int]] = []
        self.messages: list[paho.MQTTMessage] = []
        self.disconnects: list[int] = []
        self._port = port
        self._keep_alive_s = keep_alive_s
        self._clean = clean
        self._expiry_s = expiry_s
        self._protocol = protocol
        self._last_granted = 0
        kwargs: dict[str, Any] = {} if protocol == V5 else {"clean_session": clean}
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=protocol, manual_ack=not auto_ack, **kwargs
        )
        self.client.username_pw_set(device_id, secret)
        self.client.on_connect = self._on_connect
        self.client.on_publish = self._on_publish
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = self._on_message
        self.client.on_disconnect = self._on_disconnect

    def _on_connect(self, _client: Any, _userdata: Any, flags: Any, reason: Any, _properties: Any) -> None:
        self.session_present.append(flags.session_present)
        self.codes.append(reason.value)

    def _on_publish(self, _client: Any, _userdata: Any, mid: int, reason: Any, _properties: Any) -> None:
        self.acknowledged[mid] = reason.value

    def _on_subscribe(self, _client: Any, _userdata: Any, _mid: int, reasons: Any, _properties: Any) -> None:
        self.granted.append([reason.value for reason in reasons])

    def _on_message(self, _client: Any, _userdata: Any, message: paho.MQTTMessage) -> None:
        self.messages.append(message)

    def _on_disconnect(self, _client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.disconnects.append(reason.value)

    async def connect(self) -> int:
        """Connect and return the CONNACK's code."""
        count = len(self.codes)
        kwargs: dict[str, Any] = {}
        if self._protocol == V5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = self._expiry_s
            kwargs = {"clean_start": self._clean, "properties": properties}
        self.client.reconnect_delay_set(1, 1)
        await asyncio.to_thread(self.client.connect, HOST, self._port, self._keep_alive_s, **kwargs)
        self.client.loop_start()
        await until(lambda: len(self.codes) > count, "a CONNACK")
        return self.codes[-1]

    async def publish(self, payload: bytes | str, *, qos: int = 1, leaf: str = "event", topic: str = "") -> int:
        """Publish and wait for the acknowledgement; returns its reason code."""
        sent = self.client.publish(topic or f"anxin/v1/{self.device_id}/up/{leaf}", payload, qos=qos)
        await until(lambda: sent.mid in self.acknowledged, "an acknowledgement")
        return self.acknowledged[sent.mid]

    async def subscribe(self, topic_filter: str = "", *, qos: int = 1) -> list[int]:
        """Subscribe (to the device's own `down/#`) and return the SUBACK's codes."""
        count = len(self.granted)
        self.client.subscribe(topic_filter or f"anxin/v1/{self.device_id}/down/#", qos=qos)
        await until(lambda: len(self.granted) > count, "a SUBACK")
        return self.granted[-1]

    async def received(self, count: int) -> list[paho.MQTTMessage]:
        await until(lambda: len(self.messages) >= count, f"{count} down messages, has {len(self.messages)}")
        return self.messages

    async def disconnected(self) -> int:
        await until(lambda: bool(self.disconnects), "the connection to end")
        return self.disconnects[-1]

    async def vanish(self) -> None:
        """Lose the connection without a DISCONNECT."""
        sock = self.client.socket()
        self.client._sock_close()
        if sock is not None:
            sock.close()
        await asyncio.to_thread(self.client.loop_stop)

    async def leave(self) -> None:
        self.client.disconnect()
        await asyncio.to_thread(self.client.loop_stop)

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave()
