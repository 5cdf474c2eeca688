"""Turns: the stations' coroutines, driven by hand. One that pauses or waits for a lock goes on when its turn comes.

Nothing here is a real wait: a pause is a moment of the world's clock, a lock is given on by whoever had it.
"""

from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from hub.simulation.chance import Chance
from hub.simulation.memory import Blocked, CrashedError, Lock
from hub.simulation.scheduler import Scheduler

Result = TypeVar("Result")

#: A statement of a transaction that lets others in between takes about so long.
_STATEMENT_S = 0.002


class Turn:
    """One coroutine under way."""

    __slots__ = ("_coroutine", "_done", "_failed", "_turns", "over", "who")

    def __init__(
        self,
        turns: "Turns",
        who: str,
        coroutine: Coroutine[Any, None, Any],
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._turns = turns
        self._coroutine = coroutine
        self._done = done
        self._failed = failed
        self.who = who
        self.over = False

    def go(self) -> None:
        """Go on until the end, a pause or a lock."""
        if self.over:
            return
        try:
            signal = self._coroutine.send(None)
        except StopIteration as stop:
            self.over = True
            self._done(stop.value)
        except (Exception, CrashedError) as error:  # noqa: BLE001 - whoever began it says what it means
            self.over = True
            self._failed(error)
        else:
            self._turns.put_aside(self, signal)

    def kill(self) -> None:
        """Its process has died while it was under way."""
        if not self.over:
            self.over = True
            self._coroutine.close()


class Turns:
    """Everything that is under way."""

    def __init__(self, scheduler: Scheduler, chance: Chance) -> None:
        self._scheduler = scheduler
        self._chance = chance
        self._waiting: dict[Lock, list[Turn]] = defaultdict(list)

    def begin(
        self,
        who: str,
        coroutine: Coroutine[Any, None, Result],
        done: Callable[[Result], None],
        failed: Callable[[BaseException], None],
    ) -> Turn:
        """Begin one; it may be over when this returns."""
        turn = Turn(self, who, coroutine, done, failed)
        turn.go()
        return turn

    def put_aside(self, turn: Turn, signal: object) -> None:
        """It cannot go on now."""
        if isinstance(signal, Blocked):
            self._waiting[signal.lock].append(turn)
        else:
            self._scheduler.after(self._chance.uniform(0.0, _STATEMENT_S), turn.who, turn.go)

    def free(self, locks: set[Lock]) -> None:
        """Whoever waits for one of these goes on, in the order in which they came."""
        for lock in locks:
            for turn in self._waiting.pop(lock, ()):
                self._scheduler.after(0.0, turn.who, turn.go)
