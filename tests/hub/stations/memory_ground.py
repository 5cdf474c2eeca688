"""The ground of the store in memory: the simulation's, with waiting made asyncio's."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from alerts.actors import Person
from alerts.escalation.policy import DEFAULT_POLICY, EscalationPolicy, PolicyRule, Step
from alerts.escalation.steps import Reachable
from hub.simulation.memory import Lock, Memory
from hub.simulation.memory_outbox import MemoryOutboxStore
from hub.simulation.memory_rows import QueueRow
from hub.simulation.memory_store import MemoryStore
from hub.simulation.memory_transaction import transaction
from hub.simulation.resting import Resting
from hub.stations.store import DeadlineOwner
from tests.hub.stations.ground import Kept, Stores


class MemoryGround:
    """One memory a test."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Task[Any] | None] = set()
        self._freed: dict[Lock, asyncio.Event] = defaultdict(asyncio.Event)
        self._contacts: dict[UUID, list[Person]] = defaultdict(list)
        self._policy: EscalationPolicy = DEFAULT_POLICY
        self._resting: dict[str, Resting] = {}
        self._shown: Counter[UUID] = Counter()
        self._last = datetime.min.replace(tzinfo=UTC)
        self._memory = Memory(self._clock, self._wait)
        self._memory.freed = self._free

    def _clock(self) -> datetime:
        """Each look is later than the one before."""
        self._last = max(datetime.now(UTC), self._last + timedelta(microseconds=1))
        return self._last

    async def _wait(self, lock: Lock) -> None:
        task = asyncio.current_task()
        self._waiting.add(task)
        try:
            await self._freed[lock].wait()
        finally:
            self._waiting.discard(task)

    def _free(self, locks: set[Lock]) -> None:
        for lock in locks:
            if (event := self._freed.pop(lock, None)) is not None:
                event.set()

    # --- The registry -----------------------------------------------------------------------------------------------

    def policy_rules(self) -> tuple[PolicyRule, ...]:
        return (PolicyRule(policy=self._policy),)

    def reachable(self, recipient_id: UUID | None, _division_id: str, _now: datetime) -> Reachable:
        return Reachable(contacts=tuple(self._contacts[recipient_id]) if recipient_id else ())

    # --- The ground -------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def transaction(self, *, process: str = "one") -> AsyncIterator[Stores]:
        resting = self._resting.setdefault(process, Resting(self._clock))
        async with transaction(self._memory) as one:
            incidents = MemoryStore(one, self, resting)
            yield Stores(incidents=incidents, outbox=MemoryOutboxStore(one, resting), intake=incidents)
            shown = list(one.shown)
        self._shown.update(shown)

    async def until_waiting(self, task: "asyncio.Task[Any]") -> None:
        while task not in self._waiting:
            assert not task.done(), "it did not wait"
            await asyncio.sleep(0)

    async def recipient(self) -> UUID:
        return self._memory.new_id()

    async def device(self) -> UUID:
        return self._memory.new_id()

    async def contact(self, recipient_id: UUID, phone: str) -> None:
        self._contacts[recipient_id].append(Person(type="contact", id=phone, name=phone, phone=phone))

    async def ladder(self, *steps: tuple[float, str]) -> None:
        self._policy = EscalationPolicy(
            name="default",
            steps=tuple(Step(after=timedelta(seconds=after_s), notify=whom) for after_s, whom in steps),
            repeat=0,
            then_every=timedelta(seconds=600),
            ack_timeout=timedelta(seconds=300),
        )

    async def kept(self, incident_id: UUID) -> Kept:
        memory = self._memory
        alerts = [memory.alerts[alert_id] for alert_id in memory.alerts_of[incident_id]]
        texts = [memory.notifications[text_id] for text_id in memory.notifications_of[incident_id]]
        return Kept(
            incident=memory.incidents[incident_id].incident,
            commands=tuple(memory.commands[incident_id]),
            log=tuple(memory.logs[incident_id]),
            alerts=tuple((row.request.event_id, row.state) for row in alerts),
            texts=tuple((row.destination, row.state) for row in texts),
            shown=self._shown[incident_id],
        )

    async def incidents(self) -> Sequence[UUID]:
        return list(self._memory.incidents)

    async def acks(self) -> Sequence[tuple[str, str]]:
        return [(ack.event_ref, ack.stage) for ack in self._memory.acks]

    async def maintenance(self) -> Sequence[tuple[str, int]]:
        return [(str(key[0]), row.occurrences) for key, row in self._items()]

    def _items(self) -> list[tuple[tuple[object, ...], QueueRow]]:
        return [(key, row) for key, row in self._memory.maintenance.items() if isinstance(key, tuple)]

    async def deadlines(self) -> int:
        owners = {DeadlineOwner.INCIDENT, DeadlineOwner.ALERT}
        return sum(owner in owners for owner, _ in self._memory.deadlines)
