"""An outbox process of a world: claims what may leave, hands it to the gateways, and records what became of it.

The passes are `hub.notify.outbox`'s: settle what has run out, end what is overtaken, begin what is owed, hand over what
may leave. A process that dies leaves what it had handed over; whoever lives on finds the lease run out.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from hub.simulation.chance import Chance
from hub.simulation.faults import AwayError
from hub.simulation.hub import Hub
from hub.simulation.memory import CrashedError
from hub.simulation.memory_outbox import MemoryOutboxStore
from hub.simulation.resting import Resting
from hub.simulation.text_gateways import TextGateway
from hub.stations.outbox import Settlement
from hub.stations.outbox_store import Parcel
from hub.stations.submissions import Receipt, Submission

#: As `hub.notify.outbox` has them.
_POLL_S = 1.0
_CONCURRENCY = 8
_BATCH = 100
_LEASE = timedelta(seconds=20)
#: A channel that is away is looked at again after this.
_AWAY_S = 5.0
_RETRY_S = 2.0


class OutboxProcess:
    """One of the two."""

    def __init__(
        self, hub: Hub, name: str, gateways: Mapping[str, TextGateway], chance: Chance, changed: Callable[[], None]
    ) -> None:
        self._hub = hub
        self._changed = changed
        self._name = name
        self._gateways = gateways
        self._chance = chance
        self._settlement = Settlement(tuple(gateways))
        self._resting = Resting(hub.faults.clock, tell=_raise)
        self._working = False
        self._wakes_at: datetime | None = None
        self._on_their_way = 0
        self._born = 0  #: Counts its lives: what an earlier one was answered nobody hears.
        self.alive = True

    def notice(self, at: datetime) -> None:
        """Something is due then, by the store's clock."""
        if self.alive:
            late_s = self._chance.uniform(0.0, _POLL_S) if self._hub.faults.misses_wake() else 0.001
            self._wake(at - self._hub.faults.clock_offset + timedelta(seconds=late_s))

    def wake_now(self) -> None:
        """Look at once."""
        self._wakes_at = None
        self._wake(self._hub.scheduler.now)

    def receive(self, receipt: Receipt) -> None:
        """A gateway's word, stored before the gateway is answered; until then the gateway says it again."""
        work = partial(self._settlement.take_receipt, receipt=receipt)
        self._hub.begin(
            self._name,
            self._hub.transact_texts(work, self._resting),
            lambda _none: None,
            lambda: self.receive(receipt),
        )

    def _wake(self, at: datetime) -> None:
        if self._wakes_at is None or at < self._wakes_at:
            self._wakes_at = at
            self._hub.scheduler.at(at, self._name, lambda: self._look(at))

    def _look(self, at: datetime) -> None:
        if self._wakes_at == at:
            self._wakes_at = None
        if self._working or not self.alive:
            return
        self._working = True
        self._hub.turns.begin(self._name, self._pass_once(), self._rest, self._fail)

    async def _pass_once(self) -> None:
        self._settlement.ready = frozenset(name for name, gateway in self._gateways.items() if gateway.ready)
        memory = self._hub.memory
        if self._something_ran_out():  # the real one asks with a transaction
            lost, overdue = await self._hub.transact_texts(_what_ran_out, self._resting)
            for attempt_id in lost:
                await self._hub.transact_texts(partial(self._settlement.lose, attempt_id=attempt_id), self._resting)
            for attempt_id in overdue:
                await self._hub.transact_texts(partial(self._settlement.chase, attempt_id=attempt_id), self._resting)
        if memory.unsettled:
            await self._hub.transact_texts(partial(self._settlement.cancel_overtaken, limit=_BATCH), self._resting)
        if memory.unsettled:
            await self._hub.transact_texts(partial(self._settlement.begin_owed, limit=_BATCH), self._resting)
            await self._hand_over()

    def _something_ran_out(self) -> bool:
        memory, now = self._hub.memory, self._hub.faults.clock()
        rows = memory.under_way.values()
        return any(row.state != "queued" and (due := row.comes_at) is not None and due <= now for row in rows)

    async def _hand_over(self) -> None:
        room = _CONCURRENCY - self._on_their_way
        if room <= 0:
            return

        async def claim(store: MemoryOutboxStore) -> list[Parcel]:
            return await self._settlement.claim(store, room, lambda _rows: "text", _LEASE)

        for parcel in await self._hub.transact_texts(claim, self._resting):
            self._submit(parcel)

    def _submit(self, parcel: Parcel) -> None:
        row = parcel.leader
        together = [row.attempt_id, *(follower.attempt_id for follower in parcel.followers)]
        for attempt_id in together:
            self._hub.watch.text_leaves(attempt_id)
        self._on_their_way += 1
        labels = " ".join(self._hub.label(one.incident_id) for one in (row, *parcel.followers))
        self._hub.write(f"{labels} text to {row.destination} by {row.channel}")
        self._gateways[row.channel].submit(
            row.destination,
            row.incident_id,
            partial(self._taken, together),
            partial(self._answered, self._born, together),
        )

    def _taken(self, attempt_ids: Sequence[UUID]) -> None:
        for attempt_id in attempt_ids:
            self._hub.watch.text_taken(attempt_id)

    def _answered(self, born: int, attempt_ids: Sequence[UUID], submission: Submission) -> None:
        if born == self._born:
            self._on_their_way -= 1
            for attempt_id in attempt_ids:
                self._record(born, attempt_id, submission, bundled=attempt_id != attempt_ids[0])

    def _record(self, born: int, attempt_id: UUID, submission: Submission, *, bundled: bool) -> None:
        """However long the store is away meanwhile - unless this process dies, too."""
        if born != self._born:
            return

        async def settle(store: MemoryOutboxStore) -> None:
            await self._settlement.settle(store, attempt_id, submission, bundled=bundled)

        def again() -> None:
            self._record(born, attempt_id, submission, bundled=bundled)

        def fail(error: BaseException) -> None:
            if isinstance(error, AwayError):
                self._hub.scheduler.after(_RETRY_S, self._name, again)
            else:
                self._fail(error)

        self._hub.turns.begin(
            self._name, self._hub.transact_texts(settle, self._resting), lambda _none: self.wake_now(), fail
        )

    def _rest(self, _none: None) -> None:
        self._working = False
        memory, clock = self._hub.memory, self._hub.faults.clock()
        dues = [due for row in memory.under_way.values() if (due := row.comes_at) is not None]
        due_at = min(dues, default=None)
        if due_at is not None:
            wait_s = (due_at - clock).total_seconds()
            self._wake(self._hub.scheduler.now + timedelta(seconds=wait_s if wait_s > 0 else _AWAY_S))

    def _fail(self, error: BaseException) -> None:
        self._working = False
        if isinstance(error, AwayError):
            self._hub.scheduler.after(_RETRY_S, self._name, self.wake_now)
            return
        if not isinstance(error, CrashedError):
            raise error
        self._hub.write(f"{self._name} died")
        self.alive = False
        self._born += 1
        self._changed()
        self._hub.scheduler.after(self._hub.faults.restarts_after_s(), f"{self._name} starts", self._start)

    def _start(self) -> None:
        self.alive = True
        self._on_their_way = 0
        self._resting = Resting(self._hub.faults.clock, tell=_raise)
        self._changed()
        self.wake_now()


async def _what_ran_out(store: MemoryOutboxStore) -> tuple[list[UUID], list[UUID]]:
    return list(await store.expired_leases(_BATCH)), list(await store.overdue_receipts(_BATCH))


def _raise(error: Exception) -> None:
    raise error


class OutboxPair:
    """The outbox processes together."""

    def __init__(self, hub: Hub, gateways: Mapping[str, TextGateway], chance: Chance) -> None:
        self._hub = hub
        self.processes = tuple(
            OutboxProcess(hub, name, gateways, chance, self.changed) for name in ("outbox1", "outbox2")
        )
        hub.memory.text_due = self._notice

    def changed(self) -> None:
        """One of them died or started, or the store went or came back."""
        able = self._hub.faults.away_until is None and any(process.alive for process in self.processes)
        self._hub.watch.outbox_is_able(able)

    def receive(self, receipt: Receipt) -> None:
        """Whichever lives takes it."""
        alive = [process for process in self.processes if process.alive]
        (alive or self.processes)[0].receive(receipt)

    def _notice(self, at: datetime) -> None:
        for process in self.processes:
            process.notice(at)
