"""A device that repeats until it is acknowledged, over however many connections."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter

from hub.bench.county import Button
from hub.bench.publisher import Publisher

#: What a connection that a fault cut, or a hub that is away, raises.
LOST = (OSError, EOFError, TimeoutError)
_AGAIN_AFTER_S = 0.5


class InsistingDevice:
    """One device with a connection that it keeps as long as it holds."""

    def __init__(self, button: Button, port: int) -> None:
        self.button = button
        self._port = port
        self._publisher: Publisher | None = None
        self._alone = asyncio.Lock()  #: A connection answers one conversation at a time.

    @property
    def device_id(self) -> str:
        return self.button.device_id

    async def connected(self) -> Publisher:
        """Its connection; raises one of `LOST`."""
        if self._publisher is None:
            publisher = Publisher(self.button, "127.0.0.1", self._port)
            try:
                async with asyncio.timeout(10):
                    await publisher.connect()
            except BaseException:
                await _cut(publisher)
                raise
            self._publisher = publisher
        return self._publisher

    async def drop(self) -> None:
        """Cut the connection, if there is one."""
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            await _cut(publisher)

    async def publish(self, leaf: str, payloads: Sequence[bytes], *, window: int = 1) -> float:
        """Once, on one connection; returns when it was sent (`perf_counter`), raises one of `LOST`."""
        async with self._alone:
            publisher = await self.connected()
            began = perf_counter()
            await publisher.publish_all(leaf, payloads, window)
            return began

    async def deliver(self, leaf: str, payloads: Sequence[bytes], *, window: int = 1, within_s: float = 30.0) -> None:
        """Until every payload is acknowledged; after a cut all of them are sent again."""
        while True:
            try:
                async with asyncio.timeout(within_s):
                    await self.publish(leaf, payloads, window=window)
            except LOST:
                await self.drop()
                await asyncio.sleep(_AGAIN_AFTER_S)
            else:
                return


async def _cut(publisher: Publisher) -> None:
    with suppress(*LOST, AttributeError):  # it has nothing to close before its first connection
        async with asyncio.timeout(2):
            await publisher.close()
