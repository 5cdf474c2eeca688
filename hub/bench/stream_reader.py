"""Reads the stream as an outside program does, and says when an event of a device appeared in it."""

import asyncio
import json
from dataclasses import dataclass, field

from hub.clock import monotonic_s


@dataclass(slots=True)
class StreamReader:
    """One connection to `GET /api/v1/stream`; `seen` maps a device's event id to the moment it was first seen."""

    port: int
    key: str
    seen: dict[str, float] = field(default_factory=dict)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Read for ever."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=8 * 1024 * 1024)
        writer.write(
            f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.key}\r\n"
            "Accept: text/event-stream\r\n\r\n".encode()
        )
        try:
            while line := await reader.readline():
                if line.startswith(b"data:") and b'"alerts"' in line:
                    now_s = monotonic_s()
                    for alert in json.loads(line[5:])["alerts"]:
                        self.seen.setdefault(alert["event_id"], now_s)
                    self._arrived.set()
        finally:
            writer.close()

    async def wait_for(self, event_id: str, timeout_s: float = 10.0) -> float:
        """The moment at which the event was seen, on the monotonic clock."""
        async with asyncio.timeout(timeout_s):
            while event_id not in self.seen:
                self._arrived.clear()
                await self._arrived.wait()
        return self.seen[event_id]
