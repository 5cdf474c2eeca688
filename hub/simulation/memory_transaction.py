"""One transaction in memory: its own writes over what is committed, its locks, its commit - and the crash at either side.

A statement may let other transactions have their turn first, so that two processes are interleaved at every point at
which a database would interleave them.
"""

from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from alerts.commands import INCIDENT_RULES_VERSION
from alerts.observations import Subject
from alerts.state import RecipientState
from hub.simulation.memory import (
    AlertRow,
    AttemptRow,
    DeadlineRow,
    DeadlockError,
    IncidentRow,
    Lock,
    Memory,
    NotificationRow,
    Owner,
    QueueRow,
    ReceiptRow,
    pause,
)
from hub.stations.records import AckMessage, Entry

Key = TypeVar("Key")
Row = TypeVar("Row")


class View(Generic[Key, Row]):
    """A table as a transaction sees it: its own writes, then what is committed now. None: there is no such row."""

    __slots__ = ("committed", "written")

    def __init__(self, committed: dict[Key, Row]) -> None:
        self.committed = committed
        self.written: dict[Key, Row | None] = {}

    def get(self, key: Key) -> Row | None:
        """The row, if there is one."""
        if key in self.written:
            return self.written[key]
        return self.committed.get(key)

    def put(self, key: Key, row: Row) -> None:
        """Write it."""
        self.written[key] = row

    def drop(self, key: Key) -> None:
        """Delete it."""
        self.written[key] = None


class MemoryTransaction:
    """Bound to one memory until `commit` or `abandon`."""

    def __init__(self, memory: Memory, *, interleaved: Callable[[], bool] | None = None) -> None:
        self.memory = memory
        self.incidents: View[UUID, IncidentRow] = View(memory.incidents)
        self.alerts: View[UUID, AlertRow] = View(memory.alerts)
        self.deadlines: View[Owner, DeadlineRow] = View(memory.deadlines)
        self.notifications: View[UUID, NotificationRow] = View(memory.notifications)
        self.attempts: View[UUID, AttemptRow] = View(memory.attempts)
        self.receipts: View[UUID, ReceiptRow] = View(memory.receipts)
        self.maintenance: View[Hashable, QueueRow] = View(memory.maintenance)
        self.follow_ups: View[Hashable, QueueRow] = View(memory.follow_ups)
        self.ended_modes: View[Hashable, datetime] = View(memory.ended_modes)
        self.ledger: View[Hashable, datetime] = View(memory.ledger)
        self.states: View[Subject, RecipientState] = View(memory.states)
        self.entries: list[Entry] = []
        self.acks: list[AckMessage] = []
        self.shown: dict[UUID, None] = {}
        self._views: tuple[View[Any, Any], ...] = (
            self.incidents,
            self.alerts,
            self.deadlines,
            self.notifications,
            self.attempts,
            self.receipts,
            self.maintenance,
            self.follow_ups,
            self.ended_modes,
            self.ledger,
            self.states,
        )
        self._locks: set[Lock] = set()
        self._shared: set[Lock] = set()
        self._waits_for: Lock | None = None
        self._interleaved = interleaved

    # --- Turns and locks ---------------------------------------------------------------------------------------

    async def statement(self) -> None:
        """Begin one statement: others may have theirs before it."""
        if self._interleaved is not None and self._interleaved():
            await pause()

    def may_lock(self, lock: Lock) -> bool:
        """Whether nobody else has it, or a share of it."""
        if self.memory.locks.get(lock, self) is not self:
            return False
        sharing = self.memory.shares.get(lock)
        return not sharing or (len(sharing) == 1 and self in sharing)

    def may_share(self, lock: Lock) -> bool:
        """Whether nobody else has it for themselves."""
        return self.memory.locks.get(lock, self) is self

    def share(self, lock: Lock) -> None:
        """Keep it from being had by others; they may share it."""
        self.memory.shares[lock][self] = None
        self._shared.add(lock)

    def lock_if_free(self, lock: Lock) -> bool:
        """Have it until the end, unless somebody else has it."""
        if not self.may_lock(lock):
            return False
        self.memory.locks[lock] = self
        self._locks.add(lock)
        return True

    async def lock(self, lock: Lock) -> bool:
        """Have it until the end; whether it had to be waited for."""
        waited = False
        while not self.lock_if_free(lock):
            waited = True
            self._waits_for = lock
            self._look_for_deadlock()
            await self.memory.wait(lock)
        self._waits_for = None
        return waited

    def _look_for_deadlock(self) -> None:
        """Whoever waits for this one, through however many others, must not be who has what it wants."""
        waiting: MemoryTransaction | None = self
        for _ in range(len(self.memory.locks) + 1):
            if waiting is None or waiting._waits_for is None:
                return
            waiting = self.memory.locks.get(waiting._waits_for)  # who only shares waits for nobody
            if waiting is self:
                raise DeadlockError(f"two transactions wait for each other; one of them for {self._waits_for}")

    # --- The end -----------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Make everything of it true at once."""
        memory = self.memory
        for incident_id, row in self.incidents.written.items():
            if row is not None:
                memory.keep_incident(incident_id, row)
        for alert_id, alert in self.alerts.written.items():
            if alert is not None:
                memory.keep_alert(alert_id, alert)
        for notification_id, notification in self.notifications.written.items():
            if notification is not None:
                memory.keep_notification(notification_id, notification)
        for attempt_id, attempt in self.attempts.written.items():
            if attempt is not None:
                memory.keep_attempt(attempt_id, attempt)
        for receipt_id, receipt in self.receipts.written.items():
            if receipt is not None:
                memory.keep_receipt(receipt_id, receipt)
        for entry in self.entries:
            memory.keep_entry(entry, INCIDENT_RULES_VERSION)
        for plain in self._views[6:]:
            for key, written in plain.written.items():
                if written is None:
                    plain.committed.pop(key, None)
                else:
                    plain.committed[key] = written
        memory.acks.extend(self.acks)
        for owner, deadline in self.deadlines.written.items():
            memory.keep_deadline(owner, deadline)
        self.abandon()

    def abandon(self) -> None:
        """End it without its writes; after a commit, let go of its locks."""
        for lock in self._locks:
            del self.memory.locks[lock]
        for lock in self._shared:
            sharing = self.memory.shares[lock]
            del sharing[self]
            if not sharing:
                del self.memory.shares[lock]
        freed, self._locks, self._shared = self._locks | self._shared, set(), set()
        if freed:
            self.memory.freed(freed)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is written within is undone alone if it fails; its locks stay."""
        written = [dict(view.written) for view in self._views]
        lengths = len(self.entries), len(self.acks)
        shown = dict(self.shown)
        try:
            yield
        except Exception:
            for view, before in zip(self._views, written, strict=True):
                view.written.clear()
                view.written.update(before)
            del self.entries[lengths[0] :]
            del self.acks[lengths[1] :]
            self.shown = shown
            raise


@asynccontextmanager
async def transaction(
    memory: Memory, *, interleaved: Callable[[], bool] | None = None
) -> AsyncIterator[MemoryTransaction]:
    """One transaction: committed at the end of the block, undone if it raises."""
    one = MemoryTransaction(memory, interleaved=interleaved)
    try:
        yield one
    except BaseException:
        one.abandon()
        raise
    one.commit()
