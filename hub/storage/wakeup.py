"""Wakes a loop when another process has written something for it; a poll is the safety net below."""

import asyncio
from collections.abc import Sequence

from hub.storage.database import listen


class Wakeup:
    """An event that NOTIFY sets. `run` must be running for it to be set by others."""

    def __init__(self, dsn: str, channels: Sequence[str], *, name: str) -> None:
        self._dsn = dsn
        self._channels = tuple(channels)
        self._name = name
        self._event = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled."""
        async for _ in listen(self._dsn, self._channels, name=self._name):
            self._event.set()

    def wake(self) -> None:
        """Wake the loop from within this process."""
        self._event.set()

    async def wait(self, timeout_s: float) -> None:
        """Return when woken, at the latest after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()
