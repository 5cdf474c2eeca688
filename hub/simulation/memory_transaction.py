"""One transaction in memory: its own writes over what is committed, its locks, and its commit.

A statement may let other transactions have their turn first, so that two processes are interleaved at every point at
which a database would interleave them.
"""

from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from alerts.incidents.commands import INCIDENT_RULES_VERSION
from alerts.observations import Subject
from alerts.state import RecipientState
from hub.simulation.memory import DeadlockError, Lock, Memory, Owner, pause
from hub.simulation.memory_rows import (
    AlertRow,
    AttemptRow,
    DeadlineRow,
    IncidentRow,
    NotificationRow,
    QueueRow,
    ReceiptRow,
    ShelfRow,
)
from hub.stations.intake_store import DeviceEventRow, EventIdentity, UnreadableEvent
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
        written = self.written
        if written and key in written:
            return written[key]
        return self.committed.get(key)

    def put(self, key: Key, row: Row) -> None:
        """Write it."""
        self.written[key] = row

    def drop(self, key: Key) -> None:
        """Delete it."""
        self.written[key] = None


def _keep_plainly(name: str) -> Callable[[Memory, Any, Any], None]:
    """A table by which nothing is found but its own key."""

    def keep(memory: Memory, key: Hashable, row: object) -> None:
        rows = getattr(memory, name)
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row

    return keep


_PLAIN = ("maintenance", "follow_ups", "ended_modes", "ledger", "device_events", "quarantine", "states")
#: The tables, in the order in which a commit writes them: what is named by others comes first.
_KEEP: Mapping[str, Callable[[Memory, Any, Any], None]] = {
    "incidents": Memory.keep_incident,
    "alerts": Memory.keep_alert,
    "notifications": Memory.keep_notification,
    "attempts": Memory.keep_attempt,
    "receipts": Memory.keep_receipt,
    "shelves": Memory.keep_shelf,
    **{name: _keep_plainly(name) for name in _PLAIN},
    "deadlines": Memory.keep_deadline,
}
_NOTHING: Mapping[Any, Any] = {}
_ORDER = {name: place for place, name in enumerate(_KEEP)}


class MemoryTransaction:
    """Bound to one memory until `commit` or `abandon`. A table is looked at when it is first named."""

    incidents: View[UUID, IncidentRow]
    alerts: View[UUID, AlertRow]
    deadlines: View[Owner, DeadlineRow]
    notifications: View[UUID, NotificationRow]
    attempts: View[UUID, AttemptRow]
    receipts: View[UUID, ReceiptRow]
    maintenance: View[Hashable, QueueRow]
    follow_ups: View[Hashable, QueueRow]
    ended_modes: View[Hashable, datetime]
    ledger: View[Hashable, tuple[EventIdentity, datetime]]
    device_events: View[UUID, DeviceEventRow]
    quarantine: View[UUID, tuple[UnreadableEvent, UUID]]
    shelves: View[UUID, ShelfRow]
    states: View[Subject, RecipientState]

    def __init__(self, memory: Memory, *, interleaved: Callable[[], bool] | None = None) -> None:
        self.memory = memory
        self.entries: list[Entry] = []
        self.acks: list[AckMessage] = []
        self.shown: dict[UUID, None] = {}
        self._views: dict[str, View[Any, Any]] = {}
        self._locks: set[Lock] = set()
        self._shared: set[Lock] = set()
        self.waits_for: Lock | None = None
        self._interleaved = interleaved

    def __getattr__(self, name: str) -> Any:
        if name not in _KEEP:
            raise AttributeError(name)
        view: View[Any, Any] = View(getattr(self.memory, name))
        self._views[name] = view
        setattr(self, name, view)
        return view

    def written(self, name: str) -> Mapping[Any, Any]:
        """What it has written to a table, by key; None: deleted."""
        view = self._views.get(name)
        return _NOTHING if view is None else view.written

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

    async def share_waiting(self, lock: Lock) -> None:
        """Share it, once nobody else has it for themselves."""
        while not self.may_share(lock):
            self.waits_for = lock
            self._look_for_deadlock()
            await self.memory.wait(lock)
        self.waits_for = None
        self.share(lock)

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
            self.waits_for = lock
            self._look_for_deadlock()
            await self.memory.wait(lock)
        self.waits_for = None
        return waited

    def _look_for_deadlock(self) -> None:
        """Whoever waits for this one, through however many others, must not be who has what it wants."""
        waiting: MemoryTransaction | None = self
        for _ in range(len(self.memory.locks) + 1):
            if waiting is None or waiting.waits_for is None:
                return
            waiting = self.memory.locks.get(waiting.waits_for)  # who only shares waits for nobody
            if waiting is self:
                raise DeadlockError(f"two transactions wait for each other; one of them for {self.waits_for}")

    # --- The end -----------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Make everything of it true at once."""
        memory = self.memory
        views = self._views
        for name in sorted([name for name, view in views.items() if view.written], key=_ORDER.__getitem__):
            keep = _KEEP[name]
            for key, row in views[name].written.items():
                keep(memory, key, row)
        for entry in self.entries:
            memory.keep_entry(entry, INCIDENT_RULES_VERSION)
        memory.acks.extend(self.acks)
        self.abandon()

    def abandon(self) -> None:
        """End it without its writes; after a commit, let go of its locks."""
        if not self._locks and not self._shared:
            return
        for lock in self._locks:
            del self.memory.locks[lock]
        for lock in self._shared:
            sharing = self.memory.shares[lock]
            del sharing[self]
            if not sharing:
                del self.memory.shares[lock]
        freed, self._locks, self._shared = self._locks | self._shared, set(), set()
        self.memory.freed(freed)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is written within is undone alone if it fails; its locks stay."""
        written = {name: dict(view.written) for name, view in self._views.items()}
        lengths = len(self.entries), len(self.acks)
        shown = dict(self.shown)
        try:
            yield
        except Exception:
            for name, view in self._views.items():
                view.written.clear()
                view.written.update(written.get(name, {}))
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
