"""The rows of the store in memory: the stations' own values, with what a table would keep beside them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.actors import Actor, Person
from alerts.incidents import Incident
from alerts.severity import Severity
from alerts.storms.shelving import Shelf
from hub.stations.records import AlertRequest
from hub.stations.submissions import ReceiptState


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident and what is not the core's of it."""

    incident: Incident
    division_id: str
    recipient_id: UUID | None
    commands: int


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert: `pending` (held), `active`, `shelved` or `cleared`."""

    request: AlertRequest
    incident_id: UUID | None
    state: str
    shelf_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """When it is due; how often passing it has failed, and when it is tried again."""

    due_at: datetime
    failures: int = 0
    retry_at: datetime | None = None

    @property
    def comes_at(self) -> datetime:
        """When somebody passes it."""
        return self.retry_at or self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRow:
    """A text that is owed to a person, or was."""

    id: UUID
    incident_id: UUID
    person: Person
    destination: str
    severity: Severity
    state: str
    created_at: datetime
    dedup_key: str
    expires_at: datetime | None = None
    answers: bool = False
    text: str | None = None
    bundled_with: UUID | None = None  #: Handed over inside that one's text.


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One try at delivering it."""

    id: UUID
    notification_id: UUID
    number: int
    channel: str
    state: str
    due_at: datetime | None
    leased_until: datetime | None = None
    submitted_at: datetime | None = None
    provider_ref: str | None = None
    permanent: bool = False
    repeats_unknown: bool = False
    reason: str | None = None

    @property
    def comes_at(self) -> datetime | None:
        """When something is due of it: its leaving, the end of its lease, its receipt."""
        return self.leased_until if self.state == "submitting" else self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    """A gateway's word, with the try that it is about - once that is known."""

    channel: str
    provider_ref: str
    state: ReceiptState
    reason: str | None
    attempt_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfRow:
    """A shelf, and whether it has ended."""

    shelf: Shelf
    division_id: str
    ended_at: datetime | None = None
    ended_by: Actor | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An open item of one of the queues beside the desk."""

    occurrences: int
