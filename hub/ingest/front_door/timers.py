"""The named timers of one connection: starting one again replaces it, and closing cancels all."""

import asyncio
from collections.abc import Callable


class Timers:
    """Timers by name."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._running: dict[str, asyncio.TimerHandle] = {}
        self._is_closed = False

    def start(self, name: str, delay_s: float, call: Callable[[], None]) -> None:
        """Call after the delay, unless started again or cancelled before; nothing after `close`."""
        self.cancel(name)
        if not self._is_closed:
            self._running[name] = self._loop.call_later(delay_s, call)

    def cancel(self, name: str) -> None:
        """Do not call."""
        timer = self._running.pop(name, None)
        if timer is not None:
            timer.cancel()

    def close(self) -> None:
        """Cancel all, for good."""
        self._is_closed = True
        for timer in self._running.values():
            timer.cancel()
        self._running.clear()
