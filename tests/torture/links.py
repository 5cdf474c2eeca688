"""Proxies that can be bad on purpose: between devices and front door, and between the hub and its database."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

_CHUNK = 65_536
#: CommandComplete of a COMMIT, and the query that asks for it (PostgreSQL's protocol, version 3).
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
COMMIT_ASKED = b"Q\x00\x00\x00\x0bCOMMIT\x00"
_PUBACK = 0x40
_APPLICATION_NAME = b"application_name\x00"

#: Where a connection of the proxy goes.
Target = int | str


@dataclass(eq=False, slots=True)
class Pair:
    """One connection through a proxy: its two ends, and - of the database's - whose it is."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    name: str = ""
    holds: bool = False  #: Its trap is sprung: nothing more goes through.

    def reset(self) -> None:
        for writer in (self.near, self.far):
            writer.transport.abort()


@dataclass(slots=True)
class Weather:
    """What every connection of a link suffers at the moment."""

    delay_s: float = 0.0
    torn: bool = False
    deaf: bool = False  #: Bytes from the client are swallowed.
    mute: bool = False  #: Bytes to the client are swallowed.


@dataclass(slots=True)
class Trap:
    """Springs at the first chunk that it recognises; that chunk goes no further, nor does anything after it."""

    recognises: Callable[[Pair, bytes], bool]
    upward: bool
    sprung: "asyncio.Future[Pair]"


@dataclass
class Link:
    """One listening port and where it leads; `counts` says what it did to whom."""

    target: Target
    reads_names: bool = False
    port: int = 0
    weather: Weather = field(default_factory=Weather)
    counts: Counter[str] = field(default_factory=Counter)
    _pairs: set[Pair] = field(default_factory=set)
    _traps: list[Trap] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=_CHUNK)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.reset_all()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def reset_all(self) -> int:
        """Cut every connection; returns how many there were."""
        pairs = list(self._pairs)
        for pair in pairs:
            pair.reset()
        self.counts["cut"] += len(pairs)
        return len(pairs)

    def set_trap(self, recognises: Callable[[Pair, bytes], bool], *, upward: bool) -> Trap:
        """The next chunk of bytes that is recognised is swallowed, and its connection held."""
        trap = Trap(recognises, upward, asyncio.get_running_loop().create_future())
        self._traps.append(trap)
        return trap

    def lift(self, trap: Trap) -> None:
        """Nobody waits for it any more."""
        if trap in self._traps:
            self._traps.remove(trap)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if isinstance(self.target, int):
                far_reader, far = await asyncio.open_connection("127.0.0.1", self.target)
            else:
                far_reader, far = await asyncio.open_unix_connection(self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = Pair(writer, far)
        self._pairs.add(pair)
        pumps = [
            asyncio.create_task(self._pump(pair, reader, far, upward=True)),
            asyncio.create_task(self._pump(pair, far_reader, writer, upward=False)),
        ]
        self._tasks.update(pumps)
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._tasks.difference_update(pumps)
            self._pairs.discard(pair)
            pair.reset()

    async def _pump(
        self, pair: Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, upward: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                if upward and self.reads_names and not pair.name:
                    pair.name = _application_name(chunk)
                if self._is_swallowed(pair, chunk, upward=upward):
                    continue
                if self.weather.delay_s:
                    self.counts["delayed"] += 1
                    await asyncio.sleep(self.weather.delay_s)
                await self._pass_on(writer, chunk)

    def _is_swallowed(self, pair: Pair, chunk: bytes, *, upward: bool) -> bool:
        if pair.holds:
            return True
        for trap in self._traps:
            if trap.upward is upward and trap.recognises(pair, chunk):
                self._traps.remove(trap)
                pair.holds = True
                if not trap.sprung.done():
                    trap.sprung.set_result(pair)
                return True
        if self.weather.deaf if upward else self.weather.mute:
            self.counts["swallowed"] += 1
            return True
        return False

    async def _pass_on(self, writer: asyncio.StreamWriter, chunk: bytes) -> None:
        if not self.weather.torn:
            writer.write(chunk)
            await writer.drain()
            return
        self.counts["torn"] += 1
        for start in range(0, len(chunk), 7):
            writer.write(chunk[start : start + 7])
            await writer.drain()
            await asyncio.sleep(0)


def is_commit_of_ingest(wanted: bytes) -> Callable[[Pair, bytes], bool]:
    """Recognises `wanted` on the connection of one of ingest's lanes: there a COMMIT decides about messages."""
    return lambda pair, chunk: pair.name.endswith((" event", " telemetry")) and chunk.endswith(wanted + _end(wanted))


def is_puback(_pair: Pair, chunk: bytes) -> bool:
    """A PUBACK at the beginning of what the hub sends."""
    return chunk[:1] == bytes([_PUBACK])


def _end(wanted: bytes) -> bytes:
    """CommandComplete is followed by ReadyForQuery, idle; a query by nothing."""
    return b"Z\x00\x00\x00\x05I" if wanted is COMMITTED else b""


def _application_name(chunk: bytes) -> str:
    """From the startup message; empty for anything else."""
    _, found, rest = chunk.partition(_APPLICATION_NAME)
    return rest.split(b"\x00", 1)[0].decode() if found else ""
