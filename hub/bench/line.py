"""A connection that a flood is sent on: nothing is waited for but what the sender asks for, and answers are counted."""

import asyncio
import contextlib

from hub.bench.publisher import mqtt_packet, mqtt_text

_CONNECT, _PUBLISH, _PUBLISH_QOS1, _PUBACK, _CONNACK = 0x10, 0x30, 0x32, 0x40, 0x20
_PACKET_ID_MAX = 65_535
_KEEP_ALIVE_S = 0


class Line:
    """One MQTT 3.1.1 connection to a hub or a broker."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sent = 0  #: With QoS 1.
        self.acknowledged = 0
        self._reader = reader
        self._writer = writer
        self._packet_id = 0
        self._moved = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, port: int, login: tuple[str, str] | None, client_id: str, *, lasting: bool = False) -> "Line":
        """Connect and be let in; `login` is user name and password.

        Raises:
            ConnectionError: the other end does not let it in.
        """
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        flags = (0xC0 if login is not None else 0) | (0 if lasting else 0x02)
        body = mqtt_text("MQTT") + bytes([4, flags]) + _KEEP_ALIVE_S.to_bytes(2, "big") + mqtt_text(client_id)
        for part in login or ():
            body += mqtt_text(part)
        writer.write(mqtt_packet(_CONNECT, body))
        connack = await reader.readexactly(4)
        if connack[0] != _CONNACK or connack[3] != 0:
            raise ConnectionError(f"CONNACK {connack.hex()}")
        line = cls(reader, writer)
        line._listening = asyncio.create_task(line._listen())
        return line

    def send(self, topic: str, payload: bytes, qos: int) -> None:
        """Publish, and wait for nothing."""
        if qos == 0:
            self._writer.write(mqtt_packet(_PUBLISH, mqtt_text(topic) + payload))
            return
        self._packet_id = self._packet_id % _PACKET_ID_MAX + 1
        self.sent += 1
        body = mqtt_text(topic) + self._packet_id.to_bytes(2, "big") + payload
        self._writer.write(mqtt_packet(_PUBLISH_QOS1, body))

    async def wait_for_room(self, window: int) -> None:
        """Until the socket takes more, and fewer than `window` messages are unacknowledged."""
        await self._writer.drain()
        while self.sent - self.acknowledged >= window:
            self._moved.clear()
            await self._moved.wait()

    async def closed(self) -> None:
        """Until the other end has cut it."""
        if self._listening is not None:
            await self._listening

    def close(self) -> None:
        """Cut it."""
        if self._listening is not None:
            self._listening.cancel()
        self._writer.transport.abort()

    async def _listen(self) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                answer = await self._reader.readexactly(4)
                self.acknowledged += answer[0] == _PUBACK
                self._moved.set()
