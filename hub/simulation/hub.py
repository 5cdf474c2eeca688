"""The hub of a world: its processes over one store in memory, each of which may die at any commit.

A process here is what the real one is made of - the stations - and a loop that wakes it. What a process knows by heart
dies with it.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from uuid import UUID

from alerts.incidents import Incident, IncidentState, RefusedError
from alerts.incidents.commands import Command
from hub.simulation.faults import AwayError, Faults
from hub.simulation.history import History
from hub.simulation.memory import CrashedError, Memory, NotUniqueError
from hub.simulation.memory_incidents import Registry
from hub.simulation.memory_outbox import MemoryOutboxStore
from hub.simulation.memory_store import MemoryStore
from hub.simulation.memory_transaction import MemoryTransaction
from hub.simulation.resting import Resting
from hub.simulation.scheduler import Scheduler
from hub.simulation.turns import Turns
from hub.simulation.watch import Watch
from hub.stations.incidents import NotFoundError, change

Result = TypeVar("Result")
Work = Callable[[MemoryStore], Awaitable[Result]]

#: An operator whose button did nothing presses it again after this.
_AGAIN_S = 5.0


class Hub:
    """What all its processes share: the store, and whoever watches each commit."""

    def __init__(
        self,
        memory: Memory,
        registry: Registry,
        scheduler: Scheduler,
        turns: Turns,
        faults: Faults,
        watch: Watch,
        history: History,
    ) -> None:
        self.memory = memory
        self.scheduler = scheduler
        self.turns = turns
        self.faults = faults
        self.watch = watch
        self._registry = registry
        self._history = history
        self._labels: dict[UUID, str] = {}
        self.commits = 0
        self.refused = 0
        self.on_commit: Callable[[MemoryTransaction], None] = lambda _transaction: None

    def label(self, incident_id: UUID) -> str:
        """What histories call an incident: numbers in the order of their opening."""
        label = self._labels.get(incident_id)
        if label is None:
            label = self._labels[incident_id] = f"#{len(self._labels) + 1}"
        return label

    def write(self, line: str) -> None:
        """One line of the history."""
        self._history.write(self.scheduler.steps, self.scheduler.now, line)

    async def transact(self, work: Work[Result], resting: Resting | None = None) -> Result:
        """One transaction about incidents."""
        transaction = self._begin()
        return await self._end(transaction, work(MemoryStore(transaction, self._registry, resting)))

    async def transact_texts(
        self, work: Callable[[MemoryOutboxStore], Awaitable[Result]], resting: Resting | None = None
    ) -> Result:
        """One transaction about texts."""
        transaction = self._begin()
        return await self._end(transaction, work(MemoryOutboxStore(transaction, resting)))

    def _begin(self) -> MemoryTransaction:
        self.faults.reach_store()
        return MemoryTransaction(self.memory, interleaved=self.faults.pauses if self.faults.interleaves() else None)

    async def _end(self, transaction: MemoryTransaction, work: Awaitable[Result]) -> Result:
        """Either side of the commit is where the process may die."""
        try:
            result = await work
            self.faults.reach_store()
            self.faults.pass_boundary()
            self.watch.look_at(transaction)
        except BaseException:
            transaction.abandon()
            raise
        transaction.commit()
        self._committed(transaction)
        self.faults.pass_boundary()
        return result

    def _committed(self, transaction: MemoryTransaction) -> None:
        self.commits += 1
        for entry in transaction.entries:
            incident = entry.incident
            codes = " ".join(record.code for record in entry.log)
            self.write(
                f"{self.label(entry.id)} {entry.n} {type(entry.command).__name__} {incident.kind} {incident.severity} "
                f"{incident.state} {incident.deadline} {incident.due_at} {codes}"
            )
        self.watch.look_back(transaction)
        self.on_commit(transaction)

    # --- The desk ----------------------------------------------------------------------------------------------

    def incident(self, incident_id: UUID) -> Incident | None:
        """As the desk shows it now."""
        row = self.memory.incidents.get(incident_id)
        return None if row is None else row.incident

    def open_incidents(self) -> list[UUID]:
        """All that nobody has, the oldest first."""
        return [
            incident_id
            for incident_id in self.memory.not_closed.values()
            if self.memory.incidents[incident_id].incident.state is IncidentState.OPEN
        ]

    def act(self, incident_id: UUID, command: Command, then: Callable[[Incident | None], None]) -> None:
        """One request to the API; an answer that does not come, for the web process died, is asked for again."""
        self.begin("web", self._change(incident_id, command), then, lambda: self.act(incident_id, command, then))

    async def _change(self, incident_id: UUID, command: Command) -> Incident | None:
        try:
            outcome = await self.transact(lambda store: change(store, incident_id, command))
        except (RefusedError, NotFoundError, NotUniqueError) as refused:
            self.refused += 1
            self.write(f"{self.label(incident_id)} refused {type(command).__name__}: {refused}")
            return None
        return outcome.incident

    def begin(
        self,
        who: str,
        coroutine: Coroutine[Any, None, Result],
        done: Callable[[Result], None],
        again: Callable[[], None],
    ) -> None:
        """Run something of a process to its end; where the process dies or the store is away, `again` comes later."""

        def fail(error: BaseException) -> None:
            if not isinstance(error, CrashedError | AwayError):
                raise error
            self.write(f"{who} {'died' if isinstance(error, CrashedError) else 'cannot reach the store'}")
            self.scheduler.after(_AGAIN_S, f"{who} again", again)

        self.turns.begin(who, coroutine, done, fail)
