"""The values that stations hand to a store and get from it, besides the core's own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.decisions import RaiseAlert, Record, RequestFollowUp, Stage
from alerts.explanation import Explanation
from alerts.incidents import Incident
from alerts.incidents.commands import Command
from alerts.kinds import MaintenanceKind, SubjectType
from alerts.observations import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRequest:
    """An alert and what caused it, ready to open an incident or to join one."""

    division_id: str
    subject: Subject
    recipient_id: UUID | None
    alert: RaiseAlert
    occurred_at: datetime
    received_at: datetime
    device_id: UUID | None = None
    device_event_id: UUID | None = None
    event_id: str | None = None  #: The device's own.
    test: bool = False
    wants_ack: bool = False
    caller_phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedIncident:
    """An incident under its lock, with its deadline as the last holder of the lock left it."""

    id: UUID
    incident: Incident
    division_id: str
    recipient_id: UUID | None
    commands: int  #: How many it has had: the next one is one more.
    at: datetime  #: The store's clock, read under the lock: the moment of what is done to it now.


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A command that was applied: what it made of the incident, and the lines of its log, in their order.

    `n` counts an incident's commands from 1; nobody else may write the same one, the incident is locked.
    """

    id: UUID
    division_id: str
    n: int
    at: datetime
    command: Command
    incident: Incident
    log: tuple[Record, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAlert:
    """A suspicion whose time has come."""

    division_id: str
    recipient_id: UUID | None
    device_id: UUID
    occurred_at: datetime
    received_at: datetime
    explanation: Explanation

    @property
    def subject(self) -> Subject:
        """Whom it is about."""
        if self.recipient_id is not None:
            return Subject(type=SubjectType.RECIPIENT, id=str(self.recipient_id))
        return Subject(type=SubjectType.DEVICE, id=str(self.device_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """A device that asked for staged acknowledgement of one of its events."""

    device_id: UUID
    division_id: str
    event_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AckMessage:
    """One staged acknowledgement for one device."""

    device_id: UUID
    division_id: str
    event_ref: str
    stage: Stage
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceReport:
    """What is wrong with which equipment. `momentary`: it is over as soon as it is noted."""

    kind: MaintenanceKind
    division_id: str
    device_id: UUID | None
    recipient_id: UUID | None
    explanation: Explanation
    momentary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRequest:
    """Whom to call, or - while nobody is assigned - which device's owner."""

    finding: RequestFollowUp
    division_id: str
    recipient_id: UUID | None
    device_id: UUID | None
