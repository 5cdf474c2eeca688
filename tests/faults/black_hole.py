"""A TCP door in front of a PostgreSQL on a Unix socket, that can swallow what passes without closing anything."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any


@dataclass
class BlackHole:
    """`swallow()`: connections stay up, and nothing passes any more, nor do new ones get an answer."""

    socket_path: str
    port: int = 0
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def swallow(self) -> None:
        """From now on nothing passes, in either direction."""
        self._open.clear()

    def let_through(self) -> None:
        """Everything passes again, also what was held back."""
        self._open.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self._writers.append(writer)
        self._begin(self._join(reader, writer))

    async def end(self) -> None:
        """Leave nothing behind."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._open.wait()
        inner_reader, inner_writer = await asyncio.open_unix_connection(self.socket_path)
        self._writers.append(inner_writer)
        self._begin(self._pump(reader, inner_writer))
        self._begin(self._pump(inner_reader, writer))

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(65536):
                await self._open.wait()
                sink.write(chunk)
                await sink.drain()
        await self._open.wait()
        sink.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@contextlib.asynccontextmanager
async def black_hole(socket_path: str) -> AsyncIterator[BlackHole]:
    """The door, open, on a free port of this machine."""
    hole = BlackHole(socket_path)
    hole.let_through()
    server = await asyncio.start_server(hole.serve, "127.0.0.1", 0)
    hole.port = server.sockets[0].getsockname()[1]
    try:
        yield hole
    finally:
        server.close()
        await hole.end()
