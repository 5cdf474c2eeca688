"""What a device does at the same time over one link, until one of these fails or all are told to end.

In place of `asyncio.TaskGroup`, which in Python 3.11 forgets a cancellation that meets a failure; a device that forgot
it would connect again after Ctrl-C.
"""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

#: A task may lose a cancellation that meets the end of what it waits for: it is told again until it has ended.
_SAY_AGAIN_S = 2.0


class Errands:
    """Tasks that end with the block they are started in."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._failed.cancel()
        while ending := set(self._tasks):
            for task in ending:
                task.cancel()
            await asyncio.wait(ending, timeout=_SAY_AGAIN_S)

    def start(self, errand: Coroutine[Any, Any, None]) -> None:
        """Do this as well."""
        task = asyncio.create_task(errand)
        self._tasks.add(task)
        task.add_done_callback(self._end)

    async def until_one_fails(self) -> None:
        """Raises what the first one raised."""
        await self._failed

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        failure = task.exception()
        if failure is not None and not self._failed.done():
            self._failed.set_exception(failure)
