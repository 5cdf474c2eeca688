"""Faults: where a process dies, and when nobody can reach the store.

A process dies at the boundary of a commit, because that is where it matters: before it nothing has happened, after it
everything has and nobody was told. Each boundary has a number, so that a test can strike every one of them in turn.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from hub.simulation.chance import Chance
from hub.simulation.memory import CrashedError
from hub.simulation.scheduler import Scheduler
from hub.simulation.world import NEVER_S, Temperament

#: A supervisor starts a process that died within 2 s.
_RESTARTS_WITHIN_S = 2.0
#: The longest outage of the database, and the longest jump of its clock.
_OUTAGE_S = 300.0
_JUMP_S = 1800.0


class AwayError(Exception):
    """The store cannot be reached."""


class Faults:
    """What goes wrong in one world."""

    def __init__(
        self,
        temperament: Temperament,
        scheduler: Scheduler,
        chance: Chance,
        *,
        strikes: frozenset[int] = frozenset(),
    ) -> None:
        self._temperament = temperament
        self._scheduler = scheduler
        self._chance = chance
        self._strikes = strikes
        self.boundaries = 0  #: How many have been passed.
        self.crashes = 0
        self.away_until: datetime | None = None
        self.clock_offset = timedelta(0)
        self.on_store: Callable[[], None] = lambda: None  #: Hears when the store goes, and when it is back.
        self.on_jump: Callable[[], None] = lambda: None
        self._plan(temperament.outage_every_s, "outage", self._go_away)
        self._plan(temperament.clock_jumps_every_s, "clock jumps", self._jump)

    def clock(self) -> datetime:
        """The store's clock."""
        return self._scheduler.now + self.clock_offset

    def pass_boundary(self) -> None:
        """One side of a commit."""
        self.boundaries += 1
        if self.boundaries in self._strikes or self._chance.happens(self._temperament.crashes):
            self.crashes += 1
            raise CrashedError

    def reach_store(self) -> None:
        """A transaction begins."""
        if self.away_until is not None:
            raise AwayError

    def interleaves(self) -> bool:
        """Whether the transaction that begins now lets others in between."""
        return self._chance.happens(self._temperament.interleaves)

    def pauses(self) -> bool:
        """Whether it does so at this statement."""
        return self._chance.happens(0.5)

    def misses_wake(self) -> bool:
        """Whether a NOTIFY does not arrive."""
        return self._chance.happens(self._temperament.wakes_missed)

    def restarts_after_s(self) -> float:
        """How long a process that died is away."""
        return self._chance.uniform(0.2, _RESTARTS_WITHIN_S)

    def _plan(self, mean_s: float, what: str, happen: Callable[[], None]) -> None:
        if mean_s >= NEVER_S:
            return

        def happen_and_plan() -> None:
            happen()
            self._scheduler.after(self._chance.waits_s(mean_s), what, happen_and_plan)

        self._scheduler.after(self._chance.waits_s(mean_s), what, happen_and_plan)

    def _go_away(self) -> None:
        self.away_until = self._scheduler.now + timedelta(seconds=self._chance.uniform(0.5, _OUTAGE_S))
        self._scheduler.at(self.away_until, "outage ends", self._come_back)
        self.on_store()

    def _come_back(self) -> None:
        if self.away_until is not None and self._scheduler.now >= self.away_until:
            self.away_until = None
            self.on_store()

    def _jump(self) -> None:
        self.clock_offset += timedelta(seconds=self._chance.uniform(-_JUMP_S, _JUMP_S))
        self.on_jump()
