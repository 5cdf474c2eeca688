"""What the core decides; the hub carries each out as rows, in the transaction of what caused it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from alerts.actors import Actor, Person
from alerts.explanation import Explanation, Param
from alerts.kinds import FollowUpKind, IncidentKind, MaintenanceKind
from alerts.modes import Mode, ModeSpan
from alerts.severity import Severity


class Stage(StrEnum):
    """What a device that asked for it is told on `down/ack`."""

    RECEIVED = "received"  #: All consequences are committed. 已收到
    TAKEN = "taken"  #: A person has taken it. 已受理
    RESPONDING = "responding"  #: Somebody is on the way: only now may the wearer be told so. 已派人
    CLOSED = "closed"  #: 已办结
    REQUEUED = "requeued"  #: Nobody has it any more. 重新排队
    REFUSED = "refused"  #: Not taken in, with the reason and the hub's time. 未接收


# --- What a rule decides about an observation -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlert:
    """An alert; it opens an incident of its subject and kind, or joins the one that is not closed."""

    kind: IncidentKind
    severity: Severity
    explanation: Explanation
    late: bool = False  #: The cause is older than the profile's `late_after`: shown, and never dropped.
    device_id: str | None = None  #: What saw it; None: nothing but time.
    in_test_window: bool = False  #: A press while somebody tries this device: it may be confirmed as a test.


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAlert:
    """A suspicion: an alert that waits, and opens its incident at `due_at` unless it is cleared before.

    A `RaiseAlert` of its kind takes it along at once.
    """

    kind: IncidentKind
    severity: Severity
    explanation: Explanation
    due_at: datetime
    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearAlerts:
    """The cause is gone or was taken back; an incident stays, for people to close, a held alert is over."""

    kind: IncidentKind
    explanation: Explanation
    device_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMaintenance:
    """Something is wrong with equipment; `momentary` says that it is over as soon as it is noted.

    Without a device it is about the person: nothing sees them.
    """

    kind: MaintenanceKind
    explanation: Explanation
    device_id: str | None
    momentary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearMaintenance:
    """It works again."""

    kind: MaintenanceKind
    device_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFollowUp:
    """Somebody should call, then visit; no emergency."""

    kind: FollowUpKind
    explanation: Explanation
    device_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMode:
    """The person is evidently back: the mode that holds ends now. The hub never begins one."""

    span: ModeSpan
    explanation: Explanation

    @property
    def kind(self) -> Mode:
        """What ends."""
        return self.span.mode


Finding = RaiseAlert | HoldAlert | ClearAlerts | ReportMaintenance | ClearMaintenance | RequestFollowUp | EndMode


# --- What a change of an incident owes ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A line in the incident's log."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
    actor: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """A message owed to a person. `dedup_key` is the same when the same step is taken twice."""

    person: Person
    run: int
    round: int
    step: int
    target: str
    dedup_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelNotifications:
    """What has not been handed to a channel yet does not leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellDevices:
    """Every device whose alert of this incident asked to be told learns the stage."""

    stage: Stage
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLadderEmpty:
    """No step of the ladder reaches anybody: the supervisor's maintenance item; `nobody`: nor does anything else."""

    explanation: Explanation
    nobody: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearLadderEmpty:
    """A step reaches somebody again: the restore of `ReportLadderEmpty`."""


Duty = Record | Notify | CancelNotifications | TellDevices | ReportLadderEmpty | ClearLadderEmpty
