"""A reader of the stream that drives the application directly: what was sent, event by event."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

DEADLINE_S = 10.0


@dataclass(frozen=True)
class Event:
    """One event of the stream."""

    id: int | None
    kind: str
    data: Any


@dataclass
class Reader:
    """What one connection has received."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    events: "asyncio.Queue[Event]" = field(default_factory=asyncio.Queue)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    blocked: asyncio.Event = field(default_factory=asyncio.Event)
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    _rest: bytes = b""

    async def next(self, *kinds: str) -> Event:
        """The next event of these kinds; what only says how the hub is, is passed over unless asked for."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                event = await self.events.get()
                if event.kind in kinds or (not kinds and event.kind not in {"tick", "blind", "sighted"}):
                    return event

    async def until_over(self) -> None:
        """The response has ended."""
        async with asyncio.timeout(DEADLINE_S):
            await self.over.wait()

    async def send(self, message: Message) -> None:
        """The application's side."""
        if self.blocked.is_set():
            self.stalled.set()
            await asyncio.Event().wait()  # a peer that takes nothing any more
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        self._rest += message.get("body", b"")
        *blocks, self._rest = self._rest.split(b"\n\n")
        for block in blocks:
            lines = dict(line.split(": ", 1) for line in block.decode().split("\n"))
            if "event" in lines:
                identity = int(lines["id"]) if "id" in lines else None
                self.events.put_nowait(Event(identity, lines["event"], json.loads(lines["data"])))


@asynccontextmanager
async def reading(app: ASGIApp, headers: dict[str, str], query: str = "") -> AsyncIterator[Reader]:
    """Read `GET /api/v1/stream` until the block is left."""
    reader = Reader()
    gone = asyncio.Event()
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": "/api/v1/stream", "raw_path": b"/api/v1/stream", "query_string": query.encode(),
        "root_path": "", "client": ("192.0.2.8", 40000), "server": ("hub.test", 80),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def serve() -> None:
        try:
            await app(scope, receive, reader.send)
        finally:
            reader.over.set()

    serving = asyncio.create_task(serve())
    try:
        yield reader
    finally:
        gone.set()
        async with asyncio.timeout(DEADLINE_S):
            await serving
