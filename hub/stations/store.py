"""What one transaction can read, lock and write of incidents and their deadlines.

A store is bound to its transaction: what it is told is undone with it, and seen by nobody before its commit. Locks are
held until its end, and taken in one order everywhere: the deadlines of held alerts, then one incident, then its
deadline, then what hangs on it. Who passes a deadline has it before its incident, and so never waits for that one.
`tests/hub/stations` pins the meaning of every method for each implementation.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from alerts.decisions import Notify
from alerts.escalation.linked import Told
from alerts.escalation.policy import PolicyRule
from alerts.escalation.steps import Reachable
from alerts.explanation import Explanation
from alerts.incidents import Incident
from alerts.kinds import IncidentKind, MaintenanceKind
from alerts.modes import ModeSpan
from alerts.observations import Subject
from alerts.storms.shelving import Shelf
from hub.stations.records import (
    AckMessage,
    AlertRequest,
    Asker,
    Entry,
    FollowUpRequest,
    HeldAlert,
    LockedIncident,
    MaintenanceReport,
)


class DeadlineOwner(StrEnum):
    """Whose deadline it is."""

    INCIDENT = "incident"  #: Not closed: exactly one. 求助事件
    ALERT = "alert"  #: Held: it opens its incident then. 暂缓的告警
    SHELF = "shelf"  #: What it holds back comes to the desk then. 暂停提醒


class Transaction(Protocol):
    """What every store has."""

    def new_id(self) -> UUID:
        """A fresh identity; those of one transaction sort in the order in which they were given."""
        ...

    async def now(self) -> datetime:
        """The store's clock, which all due times use; aware UTC. It does not go back while a lock is held."""
        ...


class BesideStore(Transaction, Protocol):
    """The queues beside the desk, and what devices are told."""

    async def report_maintenance(self, report: MaintenanceReport, now: datetime) -> None:
        """Open the item of this kind and device (else person), or count once more on the open one."""
        ...

    async def clear_maintenance(self, kind: MaintenanceKind, owner_id: UUID | None, now: datetime) -> None:
        """Clear the open item of this kind and device or person; None: the hub's own."""
        ...

    async def request_follow_up(self, wanted: FollowUpRequest, now: datetime) -> None:
        """Open the follow-up of this kind and person (else device), or count once more on the one not closed."""
        ...

    async def end_mode(self, recipient_id: UUID, span: ModeSpan, why: Explanation, now: datetime) -> None:
        """The person is back: this span of a mode ends now, with the reason, unless somebody was first."""
        ...

    async def tell_devices(self, acks: Sequence[AckMessage], now: datetime) -> None:
        """Queue staged acknowledgements, in this order; each waits for its device for a day at most."""
        ...


class IncidentStore(BesideStore, Protocol):
    """Incidents under their locks."""

    async def policy_rules(self) -> tuple[PolicyRule, ...]:
        """Every escalation policy with its conditions, as committed now."""
        ...

    async def reachable(self, locked: LockedIncident, now: datetime) -> Reachable:
        """Who could be told of this incident now."""
        ...

    async def other_open(self, locked: LockedIncident) -> tuple[Incident, ...]:
        """The other open incidents of its recipient - without one: of its subject - the oldest first; not locked."""
        ...

    async def told_lately(self, locked: LockedIncident, since: datetime) -> tuple[Told, ...]:
        """Whom the other incidents of its recipient - without one: of its subject - were to tell after that moment.

        In the order in which it was owed; what was cancelled, or failed for good, is left out.
        """
        ...

    async def lock_not_closed(self, subject: Subject, kind: IncidentKind) -> LockedIncident | None:
        """The one incident of this subject and kind that is not closed; waits for whoever has it.

        One that was closed while this waited is not there any more.
        """
        ...

    async def lock_incident(self, incident_id: UUID) -> LockedIncident | None:
        """This incident, whatever its state; waits for whoever has it. Out of the scope it is not there."""
        ...

    async def lock_incident_if_free(self, incident_id: UUID) -> LockedIncident | None:
        """The same without waiting: None while somebody else has it."""
        ...

    async def insert_incident(self, entry: Entry, request: AlertRequest, *, with_alert: bool) -> bool:
        """Write a new incident: its row, deadline, log, command, and its first alert; show it.

        False, and nothing is written, when there is one of its subject and kind that is not closed; waits for another
        transaction that is about to open one.
        """
        ...

    async def save_incident(self, entry: Entry) -> None:
        """Write what a command changed, under the lock: the row, its deadline (a closed one has none), log, command.

        The deadline's failures begin anew. Shows the incident.
        """
        ...

    async def insert_alert(self, incident_id: UUID, request: AlertRequest) -> None:
        """A further alert of an incident."""
        ...

    async def clear_alerts(self, incident_id: UUID, now: datetime) -> bool:
        """Clear the incident's active alerts; whether there were any."""
        ...

    async def owe(self, entry: Entry, duties: Sequence[Notify]) -> None:
        """Owe these texts; one whose `dedup_key` is owed already, ever, is not owed again. Wakes the outbox."""
        ...

    async def cancel_notifications(self, incident_id: UUID) -> None:
        """What has not been handed to a channel does not leave: no try of it was handed over, and it answers nobody."""
        ...

    async def askers(self, incident_id: UUID) -> Sequence[Asker]:
        """The devices whose alerts of this incident asked to be told, once for each event."""
        ...

    async def recent_incident(self, subject: Subject, kind: IncidentKind, alerted_since: datetime) -> UUID | None:
        """The incident of this subject and kind that is not closed and was alerted after that moment; not locked."""
        ...

    async def hold_alert(self, request: AlertRequest, due_at: datetime) -> UUID:
        """Keep a suspicion: a pending alert without an incident, and its deadline."""
        ...

    async def release_held(self, subject: Subject, kind: IncidentKind, *, waits: bool = True) -> Sequence[UUID]:
        """Take the deadlines of the held alerts of this subject and kind; the caller attaches or clears them.

        Waits for whoever is passing one; without `waits` such a one is left to them.
        """
        ...

    async def attach_held(self, alert_ids: Sequence[UUID], incident_id: UUID) -> None:
        """They are active alerts of the incident now."""
        ...

    async def clear_held(self, alert_ids: Sequence[UUID], now: datetime) -> None:
        """They are cleared: there never was an incident."""
        ...

    async def shelves_over(self, subject: Subject, device_id: UUID | None) -> Sequence[Shelf]:
        """The shelves of this device and this person that have not ended; none of them ends before this transaction."""
        ...

    async def shelve_alert(self, request: AlertRequest, shelf_id: UUID) -> None:
        """Record an alert on a shelf, without an incident."""
        ...

    async def clear_shelved(self, subject: Subject, kind: IncidentKind, now: datetime) -> None:
        """What lies on a shelf of this subject and kind is cleared; what is being brought back now is passed over."""
        ...


class DeadlineStore(IncidentStore, Protocol):
    """Deadlines that have come."""

    async def lock_due(self, limit: int) -> Sequence[UUID]:
        """Incidents whose deadline has come, the longest due first; none that another has, or that rests."""
        ...

    async def lock_due_held(self) -> UUID | None:
        """A held alert whose deadline has come, the longest due first; none that another has, or that rests."""
        ...

    async def read_held(self, alert_id: UUID) -> HeldAlert | None:
        """The alert, locked; None when it is held no more."""
        ...

    async def drop_held_deadline(self, alert_id: UUID) -> None:
        """Nothing is left to open."""
        ...

    def turn(self, owner: DeadlineOwner, owner_id: UUID) -> AbstractAsyncContextManager[None]:
        """One deadline's turn: if it fails it is undone alone, rests for a while that grows, and is counted.

        What it fails by is not raised, unless the store itself is away.
        """
        ...

    async def next_due_s(self) -> float | None:
        """Seconds until the next deadline, or until one that rests comes again (negative: overdue); None: none."""
        ...
