"""The plain port: sockets are accepted a few at a time, so that a storm of them keeps nobody who is in already waiting.

The event loop's own server accepts all that wait in one turn: measured, 4,000 sockets and 100 ms of a turn in which no
press is read. What is not accepted yet waits in the kernel.
"""

import asyncio
import socket
from collections.abc import Callable

import structlog

from hub.ingest.front_door.connection import Connection
from hub.listening import listen_on

_log = structlog.get_logger(__name__)

#: Accepted in one turn of the event loop: about 2 ms, then everybody else is read from.
_AT_ONCE_MAX = 32
#: After an accept that failed (no file descriptor left): the others need time to close.
_RETRY_S = 0.1


class PlainListener:
    """Accepts sockets and hands each to a new connection."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        address: tuple[str, int],
        *,
        backlog: int,
        new_connection: Callable[[], Connection],
    ) -> None:
        self._listening = listen_on(*address, backlog=backlog)
        self._listening.setblocking(False)
        self._loop = loop
        self._new_connection = new_connection
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._listen()

    @property
    def port(self) -> int:
        """The bound port."""
        port: int = self._listening.getsockname()[1]
        return port

    def close(self) -> None:
        """Accept no more."""
        if not self._is_closed:
            self._is_closed = True
            self._loop.remove_reader(self._listening)
            self._listening.close()

    def _listen(self) -> None:
        if not self._is_closed:
            self._loop.add_reader(self._listening, self._accept_some)

    def _accept_some(self) -> None:
        for _ in range(_AT_ONCE_MAX):
            try:
                accepted, _address = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                _log.warning("front_door_accept_failed", why=type(error).__name__)
                self._loop.remove_reader(self._listening)
                self._loop.call_later(_RETRY_S, self._listen)
                return
            accepted.setblocking(False)
            task = self._loop.create_task(self._hand_over(accepted))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _hand_over(self, accepted: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._new_connection, accepted)
        except OSError as error:  # the client was gone before we looked
            _log.debug("front_door_lost_at_once", why=type(error).__name__)
            accepted.close()
