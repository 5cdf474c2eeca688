"""A front door for simulators, in memory: just enough MQTT 3.1.1, and every answer under the test's hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, PINGREQ, DISCONNECT = 1, 3, 4, 8, 12, 14


@dataclass(frozen=True, slots=True)
class Published:
    """One PUBLISH as it came, or the will of a connection that broke; without fields it could not be read."""

    topic: str
    fields: dict[str, Any]
    retain: bool
    payload: bytes = b""
    is_dup: bool = False
    is_will: bool = False


@dataclass(slots=True)
class StubHub:
    """What devices said, and what they will be told."""

    port: int = 0
    password: str = "secret"
    accepts: Callable[[str, str], bool] | None = None  #: Of user name and password; absent: `password` is everybody's.
    acknowledges: bool = (
        True  #: PUBACK for device events at once, else by `acknowledge_held`; others always get theirs.
    )
    stages: tuple[str, ...] = ("received",)  #: Sent on `down/ack` for each device event that asks.
    published: list[Published] = field(default_factory=list)
    connects: int = 0
    goodbyes: int = 0  #: Connections that ended with DISCONNECT.
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _wills: dict[asyncio.StreamWriter, Published] = field(default_factory=dict)
    _subscribers: set[asyncio.StreamWriter] = field(default_factory=set)
    _held: list[tuple[asyncio.StreamWriter, bytes]] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _next_packet_id: int = 0

    def events(self, event: str = "sos_pressed") -> list[dict[str, Any]]:
        """Device events of this kind, repetitions and all."""
        return [each.fields for each in self.published if each.fields.get("event") == event]

    def statuses(self, *, online: bool) -> list[Published]:
        """What devices said on `up/status`."""
        return [each for each in self.published if each.fields.get("online") is online]

    def wills(self) -> list[Published]:
        """What the hub published for connections that broke."""
        return [each for each in self.published if each.is_will]

    def readings(self) -> list[dict[str, Any]]:
        """All readings, those of batches too."""
        messages = [each.fields for each in self.published if each.topic.endswith("/up/telemetry")]
        return [reading for fields in messages for reading in fields.get("readings", [fields])]

    def measuring(self) -> set[str]:
        """Topics on which readings came."""
        return {each.topic for each in self.published if each.topic.endswith("/up/telemetry")}

    async def until(self, condition: Any, within_s: float = 10) -> None:
        """Wait until the condition, a function of nothing, holds."""
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(condition)

    async def tell(self, device_id: str, leaf: str, fields: dict[str, Any]) -> None:
        """Publish below `down/` to whoever has subscribed."""
        self._next_packet_id += 1
        topic = f"anxin/v1/{device_id}/down/{leaf}".encode()
        body = len(topic).to_bytes(2) + topic + self._next_packet_id.to_bytes(2) + json.dumps(fields).encode()
        for writer in self._subscribers:
            writer.write(_packet(PUBLISH, 0b0010, body))
            await writer.drain()

    def acknowledge_held(self) -> None:
        """The PUBACKs that were held back."""
        for writer, packet_id in self._held:
            writer.write(bytes((0x40, 2)) + packet_id)
        self._held.clear()

    def drop_everybody(self) -> None:
        """The link is gone, without a word."""
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self._writers.add(writer)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._answer(reader, writer):
                    await writer.drain()
        finally:
            will = self._wills.pop(writer, None)
            if will is not None:
                await self._note(will)
            self._writers.discard(writer)
            self._subscribers.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        kind, flags, body = await _read_packet(reader)
        if kind == CONNECT:
            self.connects += 1
            _, *will, user, password = _strings_of(body)
            admitted = self._admits(user, password)
            if admitted and will:
                self._wills[writer] = Published(will[0], json.loads(will[1]), retain=True, is_will=True)
            writer.write(bytes((0x20, 2, 0, 0 if admitted else 5)))
            return admitted
        if kind == SUBSCRIBE:
            self._subscribers.add(writer)
            writer.write(bytes((0x90, 3)) + body[:2] + b"\x01")
        elif kind == PINGREQ:
            writer.write(bytes((0xD0, 0)))
        elif kind == PUBLISH:
            await self._take(flags, body, writer)
        elif kind == DISCONNECT:
            self.goodbyes += 1
            self._wills.pop(writer, None)
        return kind != DISCONNECT

    def _admits(self, user: str, password: str) -> bool:
        return password == self.password if self.accepts is None else self.accepts(user, password)

    async def _take(self, flags: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        topic_end = 2 + int.from_bytes(body[:2])
        topic, packet_id, payload = body[2:topic_end].decode(), body[topic_end : topic_end + 2], body[topic_end + 2 :]
        fields = _read(payload)
        await self._note(Published(topic, fields, bool(flags & 1), payload, is_dup=bool(flags & 8)))
        is_event = topic.endswith("/up/event")
        if self.acknowledges or not is_event:
            writer.write(bytes((0x40, 2)) + packet_id)
        else:
            self._held.append((writer, packet_id))
        if is_event and fields.get("ack"):
            for stage in self.stages:
                await self.tell(topic.split("/")[2], "ack", {"ref": fields["id"], "stage": stage, "at": None})

    async def _note(self, published: Published) -> None:
        async with self._changed:
            self.published.append(published)
            self._changed.notify_all()


@asynccontextmanager
async def stub_hub() -> AsyncIterator[StubHub]:
    """A stub on a free port of this machine."""
    hub = StubHub()
    server = await asyncio.start_server(hub.serve, "127.0.0.1", 0)
    hub.port = server.sockets[0].getsockname()[1]
    try:
        yield hub
    finally:
        server.close()
        hub.drop_everybody()
        await server.wait_closed()


def _read(payload: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(payload)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _strings_of(connect: bytes) -> list[str]:
    """Client id, will topic, will, user name and password of a CONNECT."""
    strings, rest = [], connect[10:]  # after protocol name, level, flags and keep-alive
    while rest:
        end = 2 + int.from_bytes(rest[:2])
        strings.append(rest[2:end].decode())
        rest = rest[end:]
    return strings


def _packet(kind: int, flags: int, body: bytes) -> bytes:
    length, sizes = len(body), bytearray()
    while True:
        length, size = divmod(length, 128)
        sizes.append(size | (0x80 if length else 0))
        if not length:
            return bytes((kind << 4 | flags,)) + sizes + body


async def _read_packet(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    first = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        size = (await reader.readexactly(1))[0]
        length |= (size & 0x7F) << shift
        shift += 7
        if not size & 0x80:
            return first >> 4, first & 0x0F, await reader.readexactly(length)
