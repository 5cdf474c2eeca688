"""The response that carries the stream: it ends when its client goes, falls behind, or is logged out."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.api.broadcaster import Broadcaster, NotFollowingError
from hub.api.problems import ProblemError
from hub.api.stream_frames import OPENING
from hub.api.subscriber import Identify, Subscriber
from hub.storage.accounts import Identity

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
]
#: A peer that takes nothing would hold the last write for ever.
_FAREWELL_S = 1.0


class StreamResponse(Response):
    """Plain ASGI: what the broadcaster queues is sent in the same turn of the loop."""

    media_type = "text/event-stream"

    def __init__(self, broadcaster: Broadcaster, identity: Identity, identify: Identify, after: int | None) -> None:
        super().__init__()
        self._broadcaster = broadcaster
        self._identity = identity
        self._identify = identify
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client until it, or its right to read, is gone."""
        try:
            await self._broadcaster.until_following()
            with self._broadcaster.join(self._identity, self._identify) as subscriber:
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                await _first_of(self._pump(subscriber, send), _until_disconnected(receive), _until_ended(subscriber))
        except NotFollowingError:
            problem = ProblemError(
                503, "stream_unavailable", "The stream cannot be read now.", headers={"Retry-After": "2"}
            )
            await problem.response()(scope, receive, send)
            return
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(_FAREWELL_S):
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self, subscriber: Subscriber, send: Send) -> None:
        await send({"type": "http.response.body", "body": OPENING, "more_body": True})
        async for frames in self._broadcaster.replay(subscriber, self._after):
            await send({"type": "http.response.body", "body": frames, "more_body": True})
        while True:
            await send({"type": "http.response.body", "body": await subscriber.take(), "more_body": True})


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _until_ended(subscriber: Subscriber) -> None:
    await subscriber.ended.wait()


async def _first_of(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until one is over - or fails, which a reader sees as the end - and end the others."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
