"""A device that keeps what was not acknowledged, and sends it again, in order, on its next connection; MQTT 3.1.1."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Self
from uuid import uuid4

_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _PINGREQ, _PINGRESP = 0x10, 0x20, 0x32, 0x40, 0xC0, 0xD0
_DUP = 0x08
_RECONNECT_S = 0.5


class NotLetInError(ConnectionError):
    """CONNACK said no."""


@dataclass
class PatientDevice:
    """One device of the hub; `live` keeps it connected."""

    id: str
    secret: str
    port: int
    client_id: str = field(default_factory=lambda: f"patient-{uuid4().hex[:12]}")
    seq: int = 0
    connections: int = 0
    refused: int = 0
    acknowledged: set[int] = field(default_factory=set)  #: Sequence numbers.
    sent: list[int] = field(default_factory=list)
    answer_s: list[float] = field(default_factory=list)  #: How long each PINGRESP took.
    _unacknowledged: dict[int, tuple[int, str, bytes]] = field(default_factory=dict)
    _packet_ids: "count[int]" = field(default_factory=lambda: count(1))
    _writer: asyncio.StreamWriter | None = None
    _pong: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, registered: dict[str, Any], port: int) -> Self:
        """The device that was registered by this answer of the API."""
        return cls(registered["id"], registered["mqtt"]["password"], port)

    @property
    def waiting(self) -> int:
        """How many messages have no acknowledgement yet."""
        return len(self._unacknowledged)

    async def live(self) -> None:
        """Stay connected, whatever happens; until cancelled."""
        while True:
            with suppress(OSError, EOFError, TimeoutError):
                await self._hold_connection()
            self._writer = None
            await asyncio.sleep(_RECONNECT_S)

    def report(self, **values: object) -> int:
        """One reading; its sequence number."""
        return self._publish("telemetry", {"measured_at": datetime.now(UTC).isoformat(), **values})

    def press(self) -> int:
        """An SOS; its sequence number."""
        return self._publish("event", {"event": "sos_pressed", "occurred_at": datetime.now(UTC).isoformat()})

    async def ping(self, within_s: float = 20.0) -> float:
        """Seconds until the hub answered a PINGREQ."""
        began_s = time.monotonic()
        self._pong.clear()
        async with asyncio.timeout(within_s):
            while self._writer is None:
                await asyncio.sleep(0.01)
            self._writer.write(bytes([_PINGREQ, 0]))
            await self._pong.wait()
        self.answer_s.append(time.monotonic() - began_s)
        return self.answer_s[-1]

    async def until_acknowledged(self, within_s: float = 30.0) -> None:
        """Everything that was sent has its PUBACK."""
        async with asyncio.timeout(within_s):
            while self._unacknowledged:
                self._changed.clear()
                await self._changed.wait()

    def cut(self) -> None:
        """Lose the connection, as without coverage."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None  # at once: nothing is written into a connection that is gone

    def _publish(self, leaf: str, payload: dict[str, object]) -> int:
        self.seq += 1
        packet_id = next(self._packet_ids) % 65_535 + 1
        content = json.dumps({"id": f"{self.client_id}-{self.seq}", "seq": self.seq, **payload}).encode()
        self._unacknowledged[packet_id] = (self.seq, leaf, content)
        self.sent.append(self.seq)
        if self._writer is not None:
            self._write(packet_id, again=False)
        return self.seq

    def _write(self, packet_id: int, *, again: bool) -> None:
        if self._writer is not None:
            _, leaf, content = self._unacknowledged[packet_id]
            body = _text(f"anxin/v1/{self.id}/up/{leaf}") + packet_id.to_bytes(2, "big") + content
            self._writer.write(_packet(_PUBLISH | (_DUP if again else 0), body))

    async def _hold_connection(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            variable = _text("MQTT") + bytes([4, 0xC2]) + (60).to_bytes(2, "big")
            writer.write(_packet(_CONNECT, variable + _text(self.client_id) + _text(self.id) + _text(self.secret)))
            async with asyncio.timeout(15):
                kind, body = await _read_packet(reader)
            if kind != _CONNACK or body[1]:
                self.refused += 1
                raise NotLetInError(body.hex())
            self.connections += 1
            self._writer = writer
            for packet_id in list(self._unacknowledged):
                self._write(packet_id, again=True)
            while True:
                self._take(*await _read_packet(reader))
        finally:
            writer.transport.abort()

    def _take(self, kind: int, body: bytes) -> None:
        if kind == _PINGRESP:
            self._pong.set()
        elif kind == _PUBACK:
            seq, _, _ = self._unacknowledged.pop(int.from_bytes(body, "big"))
            self.acknowledged.add(seq)
            self._changed.set()


@asynccontextmanager
async def living(*devices: PatientDevice) -> AsyncIterator[None]:
    """They stay connected until the block is left."""
    lives = [asyncio.create_task(device.live()) for device in devices]
    try:
        yield
    finally:
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)


def _text(value: str) -> bytes:
    content = value.encode()
    return len(content).to_bytes(2, "big") + content


def _packet(kind: int, body: bytes) -> bytes:
    length, remaining = bytearray(), len(body)
    while True:
        remaining, digit = divmod(remaining, 128)
        length.append(digit | (0x80 if remaining else 0))
        if not remaining:
            return bytes([kind]) + bytes(length) + body


async def _read_packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    kind = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        digit = (await reader.readexactly(1))[0]
        length |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            return kind, await reader.readexactly(length)
