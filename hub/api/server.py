"""uvicorn around the application: started on a socket that is bound already, ended by cancellation."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from hub.listening import listen_on

#: Requests in flight at the end may finish; streams are ended by the broadcaster.
_GRACE_S = 2
#: A desk behind a proxy reuses connections for its next request.
_KEEP_ALIVE_S = 30
_BACKLOG = 1024


class _Server(uvicorn.Server):
    """Signals belong to the process: whoever runs this cancels it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """The listening socket; port 0 takes a free one.

    Raises:
        OSError: the address is in use or not ours.
    """
    return listen_on(host, port, backlog=_BACKLOG)


async def serve(
    app: ASGIApp, listener: socket.socket, *, tls_cert: Path | None = None, tls_key: Path | None = None
) -> None:
    """Serve until cancelled; then requests in flight get a moment, and the socket is closed."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
    finally:
        listener.close()
