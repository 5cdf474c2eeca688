"""The TLS port: handshakes that are under way are known and bounded, as sockets without a CONNECT are.

asyncio's own TLS server tells nobody of a socket before its handshake is done, and `start_tls` loses the client's first
bytes on uvloop; so the accepting is done here, and each handshake is a task.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

import structlog

from hub.ingest.front_door.connection import Connection
from hub.listening import listen_on

_log = structlog.get_logger(__name__)

#: After an accept that failed (no file descriptor left): the others need time to close.
_ACCEPT_RETRY_S = 0.1


class Handshake:
    """One socket between accept and the end of its handshake."""

    def __init__(self, accepted: socket.socket, address: str) -> None:
        self._accepted = accepted
        self.address = address

    def crowd_out(self) -> None:
        """A newer connection needs the place: the handshake meets the end of the stream."""
        with suppress(OSError):
            self._accepted.shutdown(socket.SHUT_RDWR)


class TlsListener:
    """Accepts sockets and hands the encrypted transport of each to a new connection."""

    def __init__(
        self,
        address: tuple[str, int],
        context: ssl.SSLContext,
        *,
        backlog: int,
        timeout_s: float,
        new_connection: Callable[[], Connection],
        began: Callable[[Handshake], None],
        ended: Callable[[Handshake], None],
    ) -> None:
        self._listening = listen_on(*address, backlog=backlog)
        self._listening.setblocking(False)
        self._context = context
        self._timeout_s = timeout_s
        self._new_connection = new_connection
        self._began = began
        self._ended = ended
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The bound port."""
        port: int = self._listening.getsockname()[1]
        return port

    async def run(self) -> None:
        """Accept until cancelled; then nothing of it is left."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    accepted, address = await loop.sock_accept(self._listening)
                except OSError as error:
                    _log.warning("front_door_accept_failed", why=type(error).__name__)
                    await asyncio.sleep(_ACCEPT_RETRY_S)
                    continue
                task = loop.create_task(self._shake_hands(loop, accepted, str(address[0])))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        finally:
            self._listening.close()
            for task in self._tasks:
                task.cancel()

    async def _shake_hands(self, loop: asyncio.AbstractEventLoop, accepted: socket.socket, address: str) -> None:
        handshake = Handshake(accepted, address)
        self._began(handshake)
        try:
            await loop.connect_accepted_socket(
                self._new_connection, accepted, ssl=self._context, ssl_handshake_timeout=self._timeout_s
            )
        except OSError as error:  # ssl.SSLError and time-outs are among them
            _log.info("front_door_tls_failed", why=type(error).__name__)
        finally:
            self._ended(handshake)
