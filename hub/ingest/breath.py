"""Long work lets go of the event loop every few milliseconds: a press waits for answers that somebody has to read.

A press is some twenty statements, and the answer to each is read in a turn of the loop. Readings that are decoded and
judged by the hundred in one turn are that much longer for it, twenty times over.
"""

import asyncio

from hub.clock import monotonic_s

#: As long as a statement takes on a machine that has nothing else to do; a turn of the loop costs a fiftieth of it.
_STRETCH_S = 0.001
#: While an event waits, the rest of the loop's time: bulk has a third of it, and is slowed but never stopped. A process
#: that pauses is also woken sooner by a system that has more to do than it can.
_PAUSE_S = 0.002


class RightOfWay:
    """How many device events wait for their commit: bulk gives way meanwhile."""

    def __init__(self) -> None:
        self.waiting = 0


class Breath:
    """Made where a loop begins; `take` between two of its steps."""

    def __init__(self, right_of_way: RightOfWay, stretch_s: float = _STRETCH_S) -> None:
        self._right_of_way = right_of_way
        self._stretch_s = stretch_s
        self._since_s = monotonic_s()

    async def take(self) -> None:
        """Let others have the loop, if it was held for long."""
        if monotonic_s() - self._since_s >= self._stretch_s:
            await asyncio.sleep(_PAUSE_S if self._right_of_way.waiting else 0)
            self._since_s = monotonic_s()
