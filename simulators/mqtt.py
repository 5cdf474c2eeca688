"""MQTT 3.1.1 as a small firmware speaks it: one connection, QoS 1, and the misbehaviour that networks are capable of.

Our own and not a library's, because a simulator must be able to send the same packet twice, to cut a packet in half and
to fall silent on an open socket, and because five hundred devices live in one process (docs/simulators.md).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from ssl import SSLContext
from typing import Self

_CONNECT, _CONNACK, _PUBLISH, _PUBACK = 1, 2, 3, 4
_SUBSCRIBE, _SUBACK, _PINGREQ, _DISCONNECT = 8, 9, 12, 14
_DUP, _QOS_1, _RETAIN = 0b1000, 0b0010, 0b0001
_LENGTH_BYTES_MAX = 4
_SUBACK_FAILURE = 0x80
_REFUSALS = {1: "unacceptable protocol version", 2: "client id rejected", 3: "server unavailable"}
_NOT_AUTHORIZED = {4: "bad user name or password", 5: "not authorized"}


class LinkLostError(Exception):
    """The connection is gone, or the hub does not answer on it."""


class RefusedError(LinkLostError):
    """The hub said no: to the connection, or to a subscription."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """What the hub said."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who connects; `will` is the topic and payload that the hub publishes when the connection breaks."""

    client_id: str
    user: str
    password: str
    keep_alive_s: int
    will: tuple[str, bytes]


class MqttConnection:
    """An open connection; everything raises LinkLostError once it is gone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next_id = 0
        self._answers: dict[tuple[int, int], asyncio.Future[bytes]] = {}
        self._inbound: asyncio.Queue[Inbound | None] = asyncio.Queue()
        self._lost: LinkLostError | None = None
        self._is_frozen = False
        self._has_heard = True
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    @classmethod
    async def open(cls, host: str, port: int, tls: SSLContext | None, login: Login) -> Self:
        """Connected and let in.

        Raises:
            RefusedError: the hub knows neither the user nor the password.
            LinkLostError: there is no hub, or no way to it.
        """
        try:
            reader, writer = await asyncio.open_connection(host, port, ssl=tls)
        except OSError as failure:
            raise LinkLostError(str(failure)) from failure
        connection = cls(reader, writer)
        try:
            await connection._log_in(login)
        except BaseException:
            writer.transport.abort()
            raise
        connection._tasks = (
            asyncio.create_task(connection._read_for_ever()),
            asyncio.create_task(connection._ping_for_ever(login.keep_alive_s)),
        )
        return connection

    async def subscribe(self, topic_filter: str) -> None:
        """Returns when it is granted."""
        packet_id = self._new_id()
        body = packet_id.to_bytes(2) + _text(topic_filter) + b"\x01"
        granted = await self._ask(_packet(_SUBSCRIBE, 0b0010, body), (_SUBACK, packet_id))
        if granted[-1] >= _SUBACK_FAILURE:
            raise RefusedError(f"the hub refused the subscription to {topic_filter}")

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, copies: int = 1) -> None:
        """Returns with the PUBACK; further copies are the same packet again, marked as such."""
        packet_id = self._new_id()
        body = _text(topic) + packet_id.to_bytes(2) + payload
        flags = _QOS_1 | (_RETAIN if retain else 0)
        packets = [_packet(_PUBLISH, flags, body)] + [_packet(_PUBLISH, flags | _DUP, body)] * (copies - 1)
        await self._ask(b"".join(packets), (_PUBACK, packet_id))

    async def tear(self, topic: str, payload: bytes) -> None:
        """Half a packet, and the connection is gone."""
        packet = _packet(_PUBLISH, _QOS_1, _text(topic) + self._new_id().to_bytes(2) + payload)
        self._write(packet[: len(packet) // 2])
        with suppress(ConnectionError):
            await self._writer.drain()
        self.abort()

    def freeze(self) -> None:
        """Half-open: the socket stays, and nothing passes in either direction any more."""
        self._is_frozen = True

    def abort(self) -> None:
        """Cut, without a word."""
        self._writer.transport.abort()
        self._lose(LinkLostError("the link was cut"))

    async def messages(self) -> AsyncIterator[Inbound]:
        """What the hub says, as it comes."""
        while True:
            message = await self._inbound.get()
            if message is None:
                raise self._lost or LinkLostError("the connection is closed")
            yield message

    async def close(self) -> None:
        """In good order as far as that is possible; a frozen one stays behind as it is, until it is aborted."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._is_frozen:
            return
        if self._lost is None:
            with suppress(OSError):
                self._writer.write(_packet(_DISCONNECT, 0, b""))
                await self._writer.drain()
        self._lose(LinkLostError("the connection is closed"))
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _log_in(self, login: Login) -> None:
        will_topic, will_payload = login.will
        flags = 0x80 | 0x40 | 0x20 | 0x08 | 0x04  # user, password, will retained at QoS 1; the session is kept
        body = _text("MQTT") + bytes((4, flags)) + login.keep_alive_s.to_bytes(2) + _text(login.client_id)
        body += _text(will_topic) + len(will_payload).to_bytes(2) + will_payload
        body += _text(login.user) + _text(login.password)
        self._writer.write(_packet(_CONNECT, 0, body))
        try:
            kind, _, answer = await _read_packet(self._reader)
        except (OSError, asyncio.IncompleteReadError) as failure:
            raise LinkLostError("the hub hung up before it let us in") from failure
        code = answer[1] if kind == _CONNACK and len(answer) > 1 else -1
        if code in _NOT_AUTHORIZED:
            raise RefusedError(_NOT_AUTHORIZED[code])
        if code != 0:
            raise LinkLostError(_REFUSALS.get(code, "the hub does not speak MQTT 3.1.1"))

    async def _ask(self, packet: bytes, key: tuple[int, int]) -> bytes:
        answer = self._answers[key] = asyncio.get_running_loop().create_future()
        try:
            self._write(packet)
            body: bytes = await answer
        finally:
            self._answers.pop(key, None)
        return body

    def _write(self, packet: bytes) -> None:
        if self._lost is not None:
            raise self._lost
        if not self._is_frozen:
            self._writer.write(packet)

    def _new_id(self) -> int:
        self._next_id = self._next_id % 0xFFFF + 1
        return self._next_id

    async def _ping_for_ever(self, keep_alive_s: int) -> None:
        """Says that we are there; a hub that has said nothing at all since the last time is gone."""
        while self._has_heard:
            self._has_heard = False
            with suppress(LinkLostError):
                self._write(_packet(_PINGREQ, 0, b""))
            await asyncio.sleep(keep_alive_s * 0.8)
        self._lose(LinkLostError("the hub no longer answers"))

    async def _read_for_ever(self) -> None:
        try:
            while True:
                kind, flags, body = await _read_packet(self._reader)
                if not self._is_frozen:
                    self._has_heard = True
                    self._take(kind, flags, body)
        except (OSError, EOFError, ValueError, IndexError) as failure:
            reason = str(failure) if isinstance(failure, OSError) else "the hub closed the connection"
            self._lose(LinkLostError(reason or "the connection was reset"))

    def _take(self, kind: int, flags: int, body: bytes) -> None:
        if kind == _PUBLISH:
            topic_end = 2 + int.from_bytes(body[:2])
            payload_at = topic_end + (2 if flags & 0b0110 else 0)
            if payload_at > topic_end:
                self._writer.write(_packet(_PUBACK, 0, body[topic_end:payload_at]))
            self._inbound.put_nowait(Inbound(body[2:topic_end].decode(), body[payload_at:]))
        elif kind in {_PUBACK, _SUBACK}:
            answer = self._answers.get((kind, int.from_bytes(body[:2])))
            if answer is not None and not answer.done():
                answer.set_result(body)

    def _lose(self, why: LinkLostError) -> None:
        if self._lost is not None:
            return
        self._lost = why
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(LinkLostError(str(why)))
        self._inbound.put_nowait(None)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return len(encoded).to_bytes(2) + encoded


def _packet(kind: int, flags: int, body: bytes) -> bytes:
    length, sizes = len(body), bytearray()
    while True:
        length, size = divmod(length, 128)
        sizes.append(size | (0x80 if length else 0))
        if not length:
            return bytes((kind << 4 | flags,)) + sizes + body


async def _read_packet(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    first = (await reader.readexactly(1))[0]
    length = 0
    for position in range(_LENGTH_BYTES_MAX):
        size = (await reader.readexactly(1))[0]
        length |= (size & 0x7F) << (7 * position)
        if not size & 0x80:
            return first >> 4, first & 0x0F, await reader.readexactly(length)
    raise ValueError("a length of more than four bytes")
