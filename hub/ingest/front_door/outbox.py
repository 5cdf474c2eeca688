"""What is written to one client: collected for one turn of the event loop, and bounded by what the client reads."""

import asyncio
from collections.abc import Callable


class Outbox:
    """Bytes on their way out. A hundred acknowledgements of one commit are one write."""

    def __init__(self, loop: asyncio.AbstractEventLoop, unread_bytes_max: int, overflow: Callable[[], None]) -> None:
        self._loop = loop
        self._unread_bytes_max = unread_bytes_max
        self._overflow = overflow
        self._transport: asyncio.Transport | None = None
        self._parts: list[bytes] = []

    def attach(self, transport: asyncio.Transport) -> None:
        """The socket is open."""
        self._transport = transport
        transport.set_write_buffer_limits(high=self._unread_bytes_max // 4)

    def detach(self) -> None:
        """The socket is gone; nothing more is written."""
        self._transport = None

    def write(self, octets: bytes) -> None:
        """Send with whatever else this turn brings."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(octets)

    def flush(self) -> None:
        """Send what was collected; `overflow` is called when the client leaves too much unread."""
        parts, transport = self._parts, self._transport
        if not parts:
            return
        self._parts = []
        if transport is None or transport.is_closing():
            return
        transport.write(parts[0] if len(parts) == 1 else b"".join(parts))
        if transport.get_write_buffer_size() > self._unread_bytes_max:
            self._overflow()
