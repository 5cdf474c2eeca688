"""A publisher that costs next to nothing: MQTT 3.1.1, QoS 1, a window of unacknowledged messages, raw bytes."""

import asyncio
from collections.abc import Sequence

from hub.bench.county import Button

_CONNECT, _PUBLISH_QOS1, _PUBACK = 0x10, 0x32, 0x40
_PACKET_ID_MAX = 65_535


def mqtt_text(value: str) -> bytes:
    """A string as MQTT writes it."""
    content = value.encode()
    return len(content).to_bytes(2, "big") + content


def mqtt_packet(kind: int, body: bytes) -> bytes:
    """A packet with its first byte and its length."""
    length, remaining = bytearray(), len(body)
    while True:
        remaining, digit = divmod(remaining, 128)
        length.append(digit | (0x80 if remaining else 0))
        if not remaining:
            return bytes([kind]) + bytes(length) + body


class Publisher:
    """One connection of one device."""

    def __init__(self, button: Button, host: str, port: int) -> None:
        self._button = button
        self._address = (host, port)
        self._packet_id = 0
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def connect(self) -> None:
        """Log in; raises ConnectionError when the hub does not let the device in."""
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        device_id = self._button.device_id
        variable = mqtt_text("MQTT") + bytes([4, 0xC2]) + bytes(2)
        credentials = mqtt_text(f"bench-{device_id}") + mqtt_text(device_id) + mqtt_text(self._button.password)
        self._writer.write(mqtt_packet(_CONNECT, variable + credentials))
        connack = await self._reader.readexactly(4)
        if connack[3] != 0:
            raise ConnectionError(f"CONNACK {connack[3]}")

    async def publish_all(self, leaf: str, payloads: Sequence[bytes], window: int) -> None:
        """Publish with at most `window` unacknowledged messages; returns when the last one is acknowledged."""
        topic = mqtt_text(f"anxin/v1/{self._button.device_id}/up/{leaf}")
        sent = acknowledged = 0
        while acknowledged < len(payloads):
            burst = bytearray()
            while sent < len(payloads) and sent - acknowledged < window:
                self._packet_id = self._packet_id % _PACKET_ID_MAX + 1
                burst += mqtt_packet(_PUBLISH_QOS1, topic + self._packet_id.to_bytes(2, "big") + payloads[sent])
                sent += 1
            if burst:
                self._writer.write(bytes(burst))
            answer = await self._reader.readexactly(4)
            if answer[0] != _PUBACK:
                raise ConnectionError(f"packet type {answer[0]:#x} instead of PUBACK")
            acknowledged += 1

    async def close(self) -> None:
        """Cut the connection."""
        self._writer.close()
        await self._writer.wait_closed()
