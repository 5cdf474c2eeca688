"""A duty process of a world: passes what is due, woken by its time, by NOTIFY or - where that was missed - by a poll.

Two of them share the deadlines. The loop is `hub.duty.loop`'s: held alerts first, one a transaction, then incidents, a
batch at a time, until nothing is due.
"""

from datetime import datetime, timedelta

from hub.simulation.chance import Chance
from hub.simulation.faults import AwayError
from hub.simulation.hub import Hub
from hub.simulation.memory import CrashedError
from hub.simulation.memory_store import MemoryStore
from hub.simulation.resting import Resting
from hub.stations.deadlines import pass_due_held, pass_due_incidents
from hub.stations.shelving import pass_due_shelf, raise_unshelved

#: As `hub.duty.loop` has them.
_POLL_S = 0.8
_LOCKED_PAUSE_S = 0.02
_BATCH = 50


class DutyProcess:
    """One of the two."""

    def __init__(self, hub: Hub, name: str, chance: Chance, pair: "DutyPair") -> None:
        self._hub = hub
        self._name = name
        self._chance = chance
        self._pair = pair
        self._resting = Resting(hub.faults.clock, tell=_raise)
        self._working = False
        self._wakes_at: datetime | None = None
        self.alive = True

    def notice(self, due_at: datetime) -> None:
        """A deadline was set for then, by the store's clock."""
        if not self.alive:
            return
        late_s = self._chance.uniform(0.0, _POLL_S) if self._hub.faults.misses_wake() else 0.001
        self._wake(due_at - self._hub.faults.clock_offset + timedelta(seconds=late_s))

    def wake_now(self) -> None:
        """Look at once: after a start, an outage, a jump of the clock."""
        self._wakes_at = None
        self._wake(self._hub.scheduler.now)

    def _wake(self, at: datetime) -> None:
        if self._wakes_at is not None and self._wakes_at <= at:
            return
        self._wakes_at = at
        self._hub.scheduler.at(at, self._name, lambda: self._look(at))

    def _look(self, at: datetime) -> None:
        if self._wakes_at == at:
            self._wakes_at = None
        if self._working or not self.alive:
            return
        if self._quiet_s() > 0:
            self._sleep()
            return
        self._working = True
        self._hub.turns.begin(self._name, self._pass_due(), lambda _none: self._rest(), self._fail)

    async def _pass_due(self) -> None:
        while self._quiet_s() <= 0 or self._hub.memory.shelved:  # the real one asks with a transaction
            if await self._hub.transact(_pass_one, self._resting):
                continue
            if not await self._hub.transact(_pass_batch, self._resting):
                return

    def _rest(self) -> None:
        self._working = False
        self._sleep()

    def _sleep(self) -> None:
        quiet_s = self._quiet_s()
        if quiet_s < float("inf"):
            # What is due still, another has or rests here: look again soon.
            self._wake(self._hub.scheduler.now + timedelta(seconds=max(quiet_s, _LOCKED_PAUSE_S)))

    def _quiet_s(self) -> float:
        due_at = self._hub.memory.earliest_due()
        return float("inf") if due_at is None else (due_at - self._hub.faults.clock()).total_seconds()

    def _fail(self, error: BaseException) -> None:
        self._working = False
        if isinstance(error, AwayError):
            self._pair.changed()
            return  # woken when it is back
        if not isinstance(error, CrashedError):
            raise error
        self._hub.write(f"{self._name} died")
        self.alive = False
        self._pair.changed()
        self._hub.scheduler.after(self._hub.faults.restarts_after_s(), f"{self._name} starts", self._start)

    def _start(self) -> None:
        self.alive = True
        self._resting = Resting(self._hub.faults.clock, tell=_raise)
        self._pair.changed()
        self.wake_now()


def _raise(error: Exception) -> None:
    """No turn of a deadline may fail in a world: what the hub would survive is a mistake all the same."""
    raise error


async def _pass_one(store: MemoryStore) -> bool:
    return await pass_due_held(store) or await pass_due_shelf(store) or await raise_unshelved(store)


async def _pass_batch(store: MemoryStore) -> int:
    return await pass_due_incidents(store, _BATCH)


class DutyPair:
    """The duty processes together: whether any of them can work."""

    def __init__(self, hub: Hub, chance: Chance) -> None:
        self._hub = hub
        self.processes = tuple(DutyProcess(hub, name, chance, self) for name in ("duty1", "duty2"))
        hub.memory.deadline_set = lambda _owner, due_at: self._notice(due_at)
        hub.faults.on_jump = self._jumped

    def changed(self) -> None:
        """One of them died or started, or the store went."""
        able = self._hub.faults.away_until is None and any(process.alive for process in self.processes)
        self._hub.watch.duty_is_able(able)

    def _notice(self, due_at: datetime) -> None:
        for process in self.processes:
            process.notice(due_at)

    def store_changed(self) -> None:
        """It went, or is back."""
        self.changed()
        if self._hub.faults.away_until is None:
            for process in self.processes:
                process.wake_now()

    def _jumped(self) -> None:
        self._hub.watch.clock_jumped()
        for process in self.processes:
            process.wake_now()
