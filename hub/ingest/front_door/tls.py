"""The TLS handshake in front of a connection, so that unfinished handshakes count as half-open ones do."""

import asyncio
import ssl
from collections.abc import Callable
from typing import cast

import structlog

from hub.ingest.front_door.actions import CloseCause
from hub.ingest.front_door.connection import Connection

_log = structlog.get_logger(__name__)


class TlsGate(asyncio.Protocol):
    """Takes the socket, does the handshake, and hands the encrypted transport to the connection."""

    def __init__(
        self,
        connection: Connection,
        context: ssl.SSLContext,
        loop: asyncio.AbstractEventLoop,
        timeout_s: float,
        closed: Callable[["TlsGate"], None],
    ) -> None:
        self._connection = connection
        self._context = context
        self._loop = loop
        self._timeout_s = timeout_s
        self._closed = closed
        self._transport: asyncio.Transport | None = None
        self._handshake: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake; nothing is read before TLS reads it."""
        # A stream transport by what it can do: uvloop's are none of asyncio's classes.
        stream = cast("asyncio.Transport", transport)
        self._transport = stream
        stream.pause_reading()
        self._handshake = self._loop.create_task(self._shake_hands(stream))

    async def _shake_hands(self, transport: asyncio.Transport) -> None:
        try:
            encrypted = await self._loop.start_tls(
                transport,
                self._connection,
                self._context,
                server_side=True,
                ssl_handshake_timeout=self._timeout_s,
            )
        except (OSError, ssl.SSLError) as error:
            _log.info("front_door_tls_failed", why=type(error).__name__)
            transport.abort()
            self._closed(self)
            return
        self._closed(self)
        if encrypted is None:
            return
        self._connection.connection_made(encrypted)

    def abort(self, _cause: CloseCause, _sentence: str) -> None:
        """Give up."""
        if self._transport is not None:
            self._transport.abort()

    def crowd_out(self) -> None:
        """A newer connection needs the place."""
        self.abort(CloseCause.NO_CONNECT, "crowded out")
