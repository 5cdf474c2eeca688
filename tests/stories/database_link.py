"""The network between a hub and its database, which a test can spoil: swallow everything, or refuse everything."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Road(StrEnum):
    """What becomes of what is sent."""

    OPEN = "open"
    SWALLOWING = "swallowing"  #: Connections stand, nothing passes, nobody is told: a firewall that drops.
    REFUSING = "refusing"  #: Connections are reset, new ones as well: a server that is gone.


@dataclass
class DatabaseLink:
    """A TCP port in front of PostgreSQL's own socket."""

    socket_path: str
    port: int = 0
    road: Road = Road.OPEN
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    def swallow(self) -> None:
        """From now on nothing passes; what is lost stays lost, as on a line that was cut."""
        self.road = Road.SWALLOWING

    def refuse(self) -> None:
        """Every connection is reset, and every new one."""
        self.road = Road.REFUSING
        self._reset_all()

    def mend(self) -> None:
        """New connections pass. Those that lost something are reset: no TCP survives a hole in its bytes."""
        self.road = Road.OPEN
        self._reset_all()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self._writers.add(writer)
        if self.road is Road.REFUSING:
            writer.transport.abort()
            return
        try:
            inner_reader, inner_writer = await asyncio.open_unix_connection(self.socket_path)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(inner_writer)
        self._begin(self._pump(reader, inner_writer))
        self._begin(self._pump(inner_reader, writer))

    async def end(self) -> None:
        """Leave nothing behind."""
        self._reset_all()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await source.read(65_536):
                if self.road is Road.OPEN:
                    sink.write(chunk)
                    await sink.drain()
        if self.road is Road.OPEN:
            sink.close()

    def _reset_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@asynccontextmanager
async def database_link(socket_path: str) -> AsyncIterator[DatabaseLink]:
    """The link, open, on a free port of this machine."""
    link = DatabaseLink(socket_path)
    server = await asyncio.start_server(link.serve, "127.0.0.1", 0)
    link.port = server.sockets[0].getsockname()[1]
    try:
        yield link
    finally:
        server.close()
        await link.end()
