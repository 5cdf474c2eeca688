"""MQTT 3.1.1 by hand, QoS 1 and 2: what a device of the torture speaks, sharing no line with the hub."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 1, 2, 3, 4, 5, 6, 7
SUBSCRIBE, SUBACK, PINGREQ = 8, 9, 12
_PATIENCE_S = 5.0
_PING_EVERY_S = 20.0

Heard = Callable[[str, bytes], None]


class LostError(Exception):
    """The connection is gone, or its other end says nothing in time."""


class RefusedError(LostError):
    """CONNACK said no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who connects."""

    client_id: str
    username: str | None = None
    password: str | None = None
    clean: bool = True
    subscribe: str | None = None


class Wire:
    """One connection. Everything raises LostError once it is gone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: Heard) -> None:
        self.session_present = False
        self._reader = reader
        self._writer = writer
        self._heard = heard
        self._answers: dict[tuple[int, int], asyncio.Future[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._is_lost = False

    @classmethod
    async def open(cls, port: int, login: Login, heard: Heard) -> "Wire":
        """Connected, let in, and - where wanted - subscribed."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except (OSError, TimeoutError) as error:
            raise LostError(repr(error)) from error
        wire = cls(reader, writer, heard)
        try:
            await wire._log_in(login)
        except BaseException:
            wire.cut()
            raise
        return wire

    @property
    def is_lost(self) -> bool:
        return self._is_lost

    async def publish(self, topic: str, payload: bytes, *, packet_id: int, qos: int = 1, dup: bool = False) -> None:
        """Send, and wait for PUBACK (QoS 1) or PUBREC (QoS 2): the other end has it."""
        flags = (0b1000 if dup else 0) | qos << 1
        packet = _packet(PUBLISH << 4 | flags, _text(topic) + packet_id.to_bytes(2, "big") + payload)
        await self._ask(packet, PUBACK if qos == 1 else PUBREC, packet_id)

    async def release(self, packet_id: int) -> None:
        """PUBREL, and wait for PUBCOMP: the packet identifier is free again."""
        await self._ask(_packet(PUBREL << 4 | 0b0010, packet_id.to_bytes(2, "big")), PUBCOMP, packet_id)

    def cut(self) -> None:
        """As a device that loses its power: no DISCONNECT."""
        for task in self._tasks:
            task.cancel()
        self._writer.transport.abort()
        self._lose()

    async def _log_in(self, login: Login) -> None:
        flags = (0x02 if login.clean else 0) | (0xC0 if login.username is not None else 0)
        variable = _text("MQTT") + bytes([4, flags]) + (60).to_bytes(2, "big") + _text(login.client_id)
        if login.username is not None:
            variable += _text(login.username) + _text(login.password or "")
        self._write(_packet(CONNECT << 4, variable))
        try:
            async with asyncio.timeout(_PATIENCE_S):
                kind, body = await self._read_packet()
        except (OSError, EOFError, TimeoutError) as error:
            raise LostError(repr(error)) from error
        if kind >> 4 != CONNACK or body[1] != 0:
            raise RefusedError(f"CONNACK {body.hex()}")
        self.session_present = bool(body[0] & 1)
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._ping())]
        if login.subscribe is not None:
            body = (1).to_bytes(2, "big") + _text(login.subscribe) + b"\x01"
            await self._ask(_packet(SUBSCRIBE << 4 | 0b0010, body), SUBACK, 1)

    async def _ask(self, packet: bytes, answer: int, packet_id: int) -> None:
        if self._is_lost:
            raise LostError("it was lost before")
        waiting = asyncio.get_running_loop().create_future()
        self._answers[answer, packet_id] = waiting
        self._write(packet)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await waiting
        except TimeoutError as error:
            raise LostError("no answer") from error
        finally:
            self._answers.pop((answer, packet_id), None)

    def _write(self, packet: bytes) -> None:
        self._writer.write(packet)

    async def _read(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            while True:
                kind, body = await self._read_packet()
                self._take(kind, body)
        self._lose()

    def _take(self, kind: int, body: bytes) -> None:
        if kind >> 4 == PUBLISH:
            size = int.from_bytes(body[:2], "big")
            topic, rest = body[2 : 2 + size].decode(), body[2 + size :]
            if kind & 0b0110:
                self._write(_packet(PUBACK << 4, rest[:2]))
                rest = rest[2:]
            self._heard(topic, rest)
            return
        if len(body) >= 2:
            waiting = self._answers.get((kind >> 4, int.from_bytes(body[:2], "big")))
            if waiting is not None and not waiting.done():
                waiting.set_result(None)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(_PING_EVERY_S)
            self._write(_packet(PINGREQ << 4, b""))

    async def _read_packet(self) -> tuple[int, bytes]:
        kind = (await self._reader.readexactly(1))[0]
        length = shift = 0
        while True:
            digit = (await self._reader.readexactly(1))[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                return kind, await self._reader.readexactly(length)

    def _lose(self) -> None:
        self._is_lost = True
        self._writer.transport.abort()
        for task in self._tasks[1:]:
            task.cancel()  # nobody is left to be pinged
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_exception(LostError("cut"))


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
