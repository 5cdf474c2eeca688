"""Memory: what a database would hold - committed rows, locks, and whoever waits for them.

A transaction keeps its writes to itself until its commit (`memory_transaction`), so that others see what is committed
and nothing else, as READ COMMITTED has it. Rows are the stations' own values; one suite of tests holds this store and
the one with tables to the same contract.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Generator, Hashable
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from types import coroutine
from typing import TYPE_CHECKING
from uuid import UUID

from alerts.decisions import Record
from alerts.incidents import IncidentState
from alerts.incidents.replay import AppliedCommand
from alerts.kinds import IncidentKind
from alerts.numbers import bare_number
from alerts.observations import Subject
from alerts.state import RecipientState
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
from hub.stations.store import DeadlineOwner

if TYPE_CHECKING:
    from hub.simulation.memory_transaction import MemoryTransaction

Owner = tuple[DeadlineOwner, UUID]
Lock = Hashable

_UNSETTLED = frozenset({"owed", "sending"})
_UNDER_WAY = frozenset({"queued", "submitting", "accepted"})
#: UUIDv7's version and variant, around a number that counts.
_VERSION_7 = 0x7 << 76 | 0b10 << 62


class CrashedError(BaseException):
    """The process has died here. No station may catch it, as none can catch its own death."""


class DeadlockError(Exception):
    """Two transactions wait for each other: somebody did not keep the order of locks."""


class NotUniqueError(Exception):
    """A second incident that is not closed, of one subject and kind."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """What a transaction yields while another one has what it wants."""

    lock: Lock


@dataclass(frozen=True, slots=True)
class Paused:
    """What a transaction yields to let others have their turn."""


_PAUSED = Paused()


@coroutine
def pause() -> Generator[Paused, None, None]:
    """Let others have their turn."""
    yield _PAUSED


@coroutine
def wait_for(lock: Lock) -> Generator[Blocked, None, None]:
    """Wait until whoever has it lets go."""
    yield Blocked(lock)


class Memory:
    """Everything committed. `clock` is the database's clock; `wait` is how a transaction waits for a lock."""

    def __init__(self, clock: Callable[[], datetime], wait: Callable[[Lock], Awaitable[None]] = wait_for) -> None:
        self.clock = clock
        self.wait = wait
        self.incidents: dict[UUID, IncidentRow] = {}
        self.deadlines: dict[Owner, DeadlineRow] = {}
        self.alerts: dict[UUID, AlertRow] = {}
        self.maintenance: dict[Hashable, QueueRow] = {}
        self.follow_ups: dict[Hashable, QueueRow] = {}
        self.notifications: dict[UUID, NotificationRow] = {}
        self.attempts: dict[UUID, AttemptRow] = {}
        self.merged_into: dict[str, dict[UUID, None]] = {}  #: By the incident that goes on; some were reopened since.
        self.owed_keys: set[str] = set()
        self.notifications_of: dict[UUID, dict[UUID, None]] = defaultdict(dict)  #: By incident.
        self.attempts_of: dict[UUID, dict[UUID, None]] = defaultdict(dict)  #: By notification.
        self.unsettled: dict[UUID, NotificationRow] = {}  #: Those that are owed or being sent.
        self.under_way: dict[UUID, AttemptRow] = {}  #: Those that something is still due of.
        self.ended_modes: dict[Hashable, datetime] = {}
        self.ledger: dict[Hashable, tuple[EventIdentity, datetime]] = {}  #: By device and identity.
        self.device_events: dict[UUID, DeviceEventRow] = {}
        self.quarantine: dict[UUID, tuple[UnreadableEvent, UUID]] = {}
        self.shelves: dict[UUID, ShelfRow] = {}
        self.shelves_up: dict[UUID, None] = {}
        self.shelved: dict[UUID, None] = {}
        self.alerts_on: dict[UUID, list[UUID]] = defaultdict(list)  #: By shelf.
        self.alerts_by_row: dict[UUID | None, list[UUID]] = defaultdict(list)  #: By device event.
        self.states: dict[Subject, RecipientState] = {}
        self.commands: dict[UUID, list[AppliedCommand]] = defaultdict(list)
        self.logs: dict[UUID, list[tuple[datetime, Record]]] = defaultdict(list)
        self.acks: list[AckMessage] = []
        self.locks: dict[Lock, MemoryTransaction] = {}
        self.shares: dict[Lock, dict[MemoryTransaction, None]] = defaultdict(dict)
        self.not_closed: dict[Hashable, UUID] = {}  #: By subject and kind: at most one.
        self.alerts_of: dict[UUID, dict[UUID, None]] = defaultdict(dict)
        self.held: dict[UUID, None] = {}
        self._of_event: dict[tuple[UUID | None, str | None], list[UUID]] = defaultdict(list)
        self.freed: Callable[[set[Lock]], None] = lambda _locks: None  #: Hears which locks were let go.
        self.deadline_set: Callable[[Owner, datetime], None] = lambda _owner, _due_at: None  #: NOTIFY, at commit.
        self.left_for: dict[str, list[UUID]] = defaultdict(list)  #: Tries that were handed over, by number.
        self.receipts: dict[UUID, ReceiptRow] = {}
        self.receipts_by_ref: dict[tuple[str, str], dict[UUID, None]] = defaultdict(dict)
        self.attempts_by_ref: dict[tuple[str, str], dict[UUID, None]] = defaultdict(dict)
        self.text_due: Callable[[datetime], None] = lambda _at: None  #: Hears when the outbox has something to do.
        self.texts_of: dict[Hashable, list[UUID]] = defaultdict(list)  #: Notifications, by whose ladder it is.
        self._open_of: dict[Hashable, dict[UUID, None]] = defaultdict(dict)
        self._due: list[tuple[datetime, int, Owner]] = []
        self._earliest: datetime | None = None
        self._earliest_is_known = False  #: Until the next deadline is written: it is asked for after every step.
        self._ids = count(1)
        self._order = count()

    def new_id(self) -> UUID:
        """The next identity; they sort as they were given."""
        number = next(self._ids)
        return UUID(int=number >> 12 << 80 | (number & 0xFFF) << 64 | _VERSION_7)

    def open_of(self, row: IncidentRow) -> list[UUID]:
        """The committed incidents that are not closed of the same recipient, or else subject."""
        return list(self._open_of[whose(row)])

    def due(self, now: datetime) -> list[tuple[datetime, Owner]]:
        """The committed deadlines that have come, the longest due first."""
        found: list[tuple[datetime, int, Owner]] = []
        while self._due and self._due[0][0] <= now:
            entry = heappop(self._due)
            if self._stands(entry):
                found.append(entry)
        for entry in found:
            heappush(self._due, entry)
        return [(due_at, owner) for due_at, _, owner in found]

    def earliest_due(self) -> datetime | None:
        """The committed deadline that comes first."""
        if not self._earliest_is_known:
            while self._due and not self._stands(self._due[0]):
                heappop(self._due)
            self._earliest = self._due[0][0] if self._due else None
            self._earliest_is_known = True
        return self._earliest

    def _stands(self, entry: tuple[datetime, int, Owner]) -> bool:
        row = self.deadlines.get(entry[2])
        return row is not None and row.comes_at == entry[0]

    # --- Commit ------------------------------------------------------------------------------------------------

    def keep_incident(self, incident_id: UUID, row: IncidentRow) -> None:
        """A committed row, and what is found by it."""
        self.incidents[incident_id] = row
        incident = row.incident
        if incident.duplicate_of is not None:
            self.merged_into.setdefault(incident.duplicate_of, {})[incident_id] = None
        key = (incident.subject, incident.kind)
        open_of = self._open_of[whose(row)]
        if incident.state is not IncidentState.CLOSED:
            self.not_closed[key] = incident_id
            open_of[incident_id] = None
        else:
            if self.not_closed.get(key) == incident_id:
                del self.not_closed[key]
            open_of.pop(incident_id, None)

    def alerts_of_event(self, device_id: UUID, event_id: str, kind: IncidentKind) -> list[AlertRow]:
        """The committed alerts of one event of a device, of one kind."""
        rows = [self.alerts[alert_id] for alert_id in self._of_event.get((device_id, event_id), ())]
        return [row for row in rows if row.request.alert.kind is kind]

    def keep_alert(self, alert_id: UUID, row: AlertRow) -> None:
        """A committed alert, held or of its incident."""
        if alert_id not in self.alerts:
            self._of_event[row.request.device_id, row.request.event_id].append(alert_id)
            self.alerts_by_row[row.request.device_event_id].append(alert_id)
            if row.shelf_id is not None:
                self.alerts_on[row.shelf_id].append(alert_id)
        self.alerts[alert_id] = row
        if row.incident_id is not None:
            self.alerts_of[row.incident_id][alert_id] = None
        if row.state == "pending":
            self.held[alert_id] = None
        else:
            self.held.pop(alert_id, None)
        if row.state == "shelved":
            self.shelved[alert_id] = None
        else:
            self.shelved.pop(alert_id, None)

    def keep_shelf(self, shelf_id: UUID, row: ShelfRow) -> None:
        """A committed shelf."""
        self.shelves[shelf_id] = row
        if row.ended_at is None:
            self.shelves_up[shelf_id] = None
        else:
            self.shelves_up.pop(shelf_id, None)

    def keep_notification(self, notification_id: UUID, row: NotificationRow) -> None:
        """A committed notification; its incident is committed before."""
        if notification_id not in self.notifications:
            self.texts_of[whose(self.incidents[row.incident_id])].append(notification_id)
            self.owed_keys.add(row.dedup_key)
            self.notifications_of[row.incident_id][notification_id] = None
        self.notifications[notification_id] = row
        if row.state in _UNSETTLED:
            self.unsettled[notification_id] = row
            if row.state == "owed":
                self.text_due(self.clock())
        else:
            self.unsettled.pop(notification_id, None)

    def keep_attempt(self, attempt_id: UUID, row: AttemptRow) -> None:
        """A committed attempt; its notification is committed before."""
        before = self.attempts.get(attempt_id)
        if row.submitted_at is not None and (before is None or before.submitted_at is None):
            self.left_for[bare_number(self.notifications[row.notification_id].destination)].append(attempt_id)
        self.attempts[attempt_id] = row
        if before is None:
            self.attempts_of[row.notification_id][attempt_id] = None
        if row.provider_ref is not None:
            self.attempts_by_ref[row.channel, row.provider_ref][attempt_id] = None
        if row.state in _UNDER_WAY and row.comes_at is not None:
            self.under_way[attempt_id] = row
            self.text_due(row.comes_at)
        else:
            self.under_way.pop(attempt_id, None)

    def keep_receipt(self, receipt_id: UUID, row: ReceiptRow) -> None:
        """A committed receipt."""
        self.receipts[receipt_id] = row
        self.receipts_by_ref[row.channel, row.provider_ref][receipt_id] = None

    def keep_deadline(self, owner: Owner, row: DeadlineRow | None) -> None:
        """A committed deadline, or that there is none."""
        self._earliest_is_known = False
        if row is None:
            self.deadlines.pop(owner, None)
            return
        self.deadlines[owner] = row
        heappush(self._due, (row.comes_at, next(self._order), owner))
        self.deadline_set(owner, row.comes_at)

    def keep_entry(self, entry: Entry, rules_version: int) -> None:
        """A committed command and its lines of the log."""
        self.commands[entry.id].append(
            AppliedCommand(n=entry.n, at=entry.at, rules_version=rules_version, command=entry.command)
        )
        log = self.logs[entry.id]
        for record in entry.log:
            log.append((entry.at, record))


def whose(row: IncidentRow) -> Hashable:
    """The recipient, or else the subject: whose incidents share a ladder."""
    return row.recipient_id or row.incident.subject
