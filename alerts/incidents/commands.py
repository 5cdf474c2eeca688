"""Everything that can be done to an incident: one frozen value for each. `alerts.incidents.applying` is what they do.

A command carries all that its decision reads besides the incident and the moment - for a step: who could be told, and
which other incidents of the recipient are open. So an incident's commands, applied in their order at their moments,
give the incident again (`alerts.incidents.replay`). What is refused changes nothing and is not kept.

A new command is a class here, in `Command` and in `COMMANDS`, and one line in `applying`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.actors import Actor
from alerts.decisions import RaiseAlert
from alerts.escalation.linked import LinkedIncident, Told
from alerts.escalation.policy import EscalationPolicy
from alerts.escalation.steps import Reachable
from alerts.explanation import Explanation, Param
from alerts.incidents import Disposition, Ending, FalseCause
from alerts.kinds import IncidentKind
from alerts.observations import Subject
from alerts.severity import Severity

#: Counts up whenever the same commands would give another incident; kept with every command. The rules that judge
#: observations count for themselves (`alerts.engine.RULES_VERSION`).
INCIDENT_RULES_VERSION = 1


# --- What the machine finds ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The first alert of a subject and kind: a new incident, whose policy is frozen with it."""

    incident_id: str
    subject: Subject
    alert: RaiseAlert
    policy: EscalationPolicy
    superseded: tuple[str, ...] = ()  #: Alerts that were held or set aside before, and go into it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A further alert of the same subject and kind."""

    alert: RaiseAlert
    superseded: tuple[str, ...] = ()  #: Alerts that were held or set aside before, and go into it.


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCleared:
    """The cause is gone or was taken back; the incident stays, for people to close."""

    explanation: Explanation


# --- What people do ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """Take it."""

    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Give what somebody holds to somebody else; a note goes into the log with it. `code` is what the log calls it."""

    actor: Actor
    to: Actor
    note: str | None = None
    code: str = "handed_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """Who holds it holds it no more, and nobody follows. Without an actor time has decided; `code` says why."""

    actor: Actor | None = None
    code: str = "given_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogContactAttempt:
    """Somebody was called, reached or not; `params` as the log keeps them."""

    actor: Actor
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote:
    """Something worth knowing."""

    actor: Actor
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetResponding:
    """Somebody is on the way."""

    actor: Actor
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetArrived:
    """Somebody is there."""

    actor: Actor
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSeverity:
    """Raise or lower by hand; lowering needs the reason."""

    actor: Actor
    severity: Severity
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptPolicy:
    """Escalate by this policy from now on."""

    actor: Actor
    policy: EscalationPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGoing:
    """A caregiver answers that they go; whether somebody else goes already is decided under the lock."""

    actor: Actor
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """A caregiver answers that they cannot; `repeated`: they have said so since they were told."""

    actor: Actor
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """How it ended; `may_override`: the actor may close what another holds."""

    actor: Actor
    disposition: Disposition
    note: str | None = None
    may_override: bool = False
    outcome: Ending | None = None  #: Of a real one.
    cause: FalseCause | None = None  #: Of a false one.


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmTest:
    """The press was a test of the device, made within its window; `may_override` as in `Close`."""

    actor: Actor
    note: str | None = None
    may_override: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeInto:
    """It is the same matter as another, and is closed as its duplicate; `responding`: somebody goes for the other."""

    actor: Actor
    into_id: str
    into_code: int
    responding: bool = False
    may_override: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeIn:
    """Another, of which this is said, is the same matter and was closed as its duplicate."""

    actor: Actor
    from_id: str
    from_code: int
    kind: IncidentKind
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    """Undo a close."""

    actor: Actor
    note: str | None = None


# --- What time does ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeStep:
    """The ladder's deadline has come: who could be told then, and what else was open of the recipient.

    `told`: whom other incidents of the recipient had told lately.
    """

    reachable: Reachable
    linked: tuple[LinkedIncident, ...] = ()
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveDesk:
    """The last one at the desk has stepped away from it: whatever waits for the desk waits no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassHoldDeadline:
    """The deadline of a held incident has come."""


Command = (
    Open
    | Join
    | NoteCleared
    | Acknowledge
    | HandOver
    | GiveBack
    | LogContactAttempt
    | AddNote
    | SetResponding
    | SetArrived
    | ChangeSeverity
    | AdoptPolicy
    | AnswerGoing
    | Decline
    | Close
    | ConfirmTest
    | MergeInto
    | TakeIn
    | Reopen
    | TakeStep
    | LeaveDesk
    | PassHoldDeadline
)

#: Under which name each is kept; a name is never given to another command.
COMMANDS: Mapping[str, type[Command]] = {
    "open": Open,
    "join": Join,
    "note_cleared": NoteCleared,
    "acknowledge": Acknowledge,
    "hand_over": HandOver,
    "give_back": GiveBack,
    "log_contact_attempt": LogContactAttempt,
    "add_note": AddNote,
    "set_responding": SetResponding,
    "set_arrived": SetArrived,
    "change_severity": ChangeSeverity,
    "adopt_policy": AdoptPolicy,
    "answer_going": AnswerGoing,
    "decline": Decline,
    "close": Close,
    "confirm_test": ConfirmTest,
    "merge_into": MergeInto,
    "take_in": TakeIn,
    "reopen": Reopen,
    "take_step": TakeStep,
    "leave_desk": LeaveDesk,
    "pass_hold_deadline": PassHoldDeadline,
}
