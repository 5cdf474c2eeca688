"""The scheduler: one queue of what will happen, one clock that jumps to the next of it, one thing at a time.

Two things due at the same moment happen in the order in which they were planned, so that a history repeats exactly.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

Action = Callable[[], None]


class Scheduler:
    """The time of one world; aware UTC."""

    def __init__(self, starts_at: datetime) -> None:
        self.now = starts_at
        self.steps = 0  #: How many things have happened.
        self.happening = "beginning"
        self._queue: list[tuple[datetime, int, str, Action]] = []
        self._order = count()

    def at(self, when: datetime, what: str, action: Action) -> None:
        """Plan something; what should have happened already happens next."""
        heappush(self._queue, (max(when, self.now), next(self._order), what, action))

    def after(self, delay_s: float, what: str, action: Action) -> None:
        """Plan something so many seconds from now."""
        self.at(self.now + timedelta(seconds=delay_s), what, action)

    def step(self, until: datetime) -> bool:
        """Let the next thing happen; False when nothing is left before `until`, where the clock then stands."""
        if not self._queue or self._queue[0][0] > until:
            self.now = until
            return False
        self.now, _, self.happening, action = heappop(self._queue)
        self.steps += 1
        action()
        return True
