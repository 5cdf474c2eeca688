"""The HTTP API on a socket, in a thread of its own: schemathesis and raw sockets are not asynchronous."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from hub.api.server import bind, serve
from tests.hub.api.conftest import Web, opened_web

_T = TypeVar("_T")
_HOST = "127.0.0.1"
_WITHIN_S = 30.0


class LiveApi:
    """The web role of one database, served; `run` is for what only its event loop can do."""

    def __init__(self, web: Web, port: int, loop: asyncio.AbstractEventLoop) -> None:
        self.web = web
        self.port = port
        self.host = _HOST
        self.url = f"http://{_HOST}:{port}"
        self._loop = loop

    def run(self, wanted: Coroutine[Any, Any, _T]) -> _T:
        """Run in the server's loop, and wait for the outcome."""
        return asyncio.run_coroutine_threadsafe(wanted, self._loop).result(_WITHIN_S)


@contextmanager
def served(dsn: str) -> Iterator[LiveApi]:
    """Serve until left."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="live api", daemon=True)
    thread.start()
    opened = _opened(dsn)
    try:
        web, port = asyncio.run_coroutine_threadsafe(opened.__aenter__(), loop).result(_WITHIN_S)
        try:
            yield LiveApi(web, port, loop)
        finally:
            asyncio.run_coroutine_threadsafe(opened.__aexit__(None, None, None), loop).result(_WITHIN_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_WITHIN_S)
        loop.close()


@asynccontextmanager
async def _opened(dsn: str) -> AsyncIterator[tuple[Web, int]]:
    async with opened_web(dsn) as web:
        listener = bind(_HOST, 0)
        serving = asyncio.create_task(serve(web.app, listener))
        try:
            yield web, listener.getsockname()[1]
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
