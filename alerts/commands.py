"""Everything that can be done to an incident: one frozen value for each, and `apply`, the one way in.

A command carries all that its decision reads besides the incident and the moment - for a step: who could be told, and
which other incidents of the recipient are open. So an incident's commands, applied in their order at their moments,
give the incident again (`alerts.replay`). What is refused changes nothing and is not kept.

A new command is a class here, in `Command` and in `COMMANDS`, and one line in `apply`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from alerts import press_tests
from alerts.actors import Actor
from alerts.caregivers import answer_going, decline
from alerts.decisions import RaiseAlert, Record
from alerts.desk_left import leave_desk
from alerts.escalation import Reachable, escalate
from alerts.explanation import Explanation, Param
from alerts.incidents import (
    Disposition,
    Incident,
    IncidentState,
    Outcome,
    RefusedError,
    acknowledge,
    add_note,
    adopt_policy,
    change_severity,
    close,
    give_back,
    hand_over,
    join,
    log_contact_attempt,
    open_incident,
    pass_hold_deadline,
    reopen,
    set_arrived,
    set_responding,
)
from alerts.linked import LinkedIncident, Told
from alerts.observations import Subject
from alerts.policy import EscalationPolicy
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmTest:
    """The press was a test of the device, made within its window; `may_override` as in `Close`."""

    actor: Actor
    note: str | None = None
    may_override: bool = False


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
    "reopen": Reopen,
    "take_step": TakeStep,
    "leave_desk": LeaveDesk,
    "pass_hold_deadline": PassHoldDeadline,
}


def apply(incident: Incident | None, command: Command, now: datetime) -> Outcome:
    """The incident after the command, and what that owes; None is the incident that `Open` begins.

    Raises:
        RefusedError: it does not go in the incident's state; nothing has changed.
        ValueError: a first command that is not `Open`, or an `Open` that is not the first: a mistake of ours.
    """
    if incident is None:
        return _decide(None, command, now)
    settled = press_tests.settle(incident, now)
    decided = _decide(settled.incident, command, now)
    held = press_tests.hold_people_back(decided.incident)
    return Outcome(incident=held, duties=settled.duties + decided.duties)


def _decide(  # noqa: C901, PLR0911, PLR0912 - one line for each command
    incident: Incident | None, command: Command, now: datetime
) -> Outcome:
    if isinstance(command, Open):
        if incident is not None:
            raise ValueError("an incident opens once")
        opened = open_incident(command.incident_id, command.subject, command.alert, command.policy, now)
        return _taking_along(press_tests.begin(opened, command.alert, now), command.superseded)
    if incident is None:
        raise ValueError("an incident begins with Open")
    match command:
        case Join(alert=alert, superseded=superseded):
            joined = press_tests.join(join(_not_closed(incident), alert, now), alert, now)
            return _taking_along(joined, superseded)
        case NoteCleared(explanation=why):
            return Outcome(incident=_not_closed(incident), duties=(Record(code=why.code, params=why.params),))
        case Acknowledge(actor=actor):
            return acknowledge(incident, actor, now)
        case HandOver():
            return _hand_over(incident, command, now)
        case GiveBack(actor=giver, code=code):
            return give_back(incident, giver, now, code=code)
        case LogContactAttempt(actor=actor, params=params):
            return log_contact_attempt(incident, actor, params, now)
        case AddNote(actor=actor, text=text):
            return add_note(incident, actor, text, now)
        case SetResponding(actor=actor, params=params):
            return set_responding(incident, actor, params, now)
        case SetArrived(actor=actor, params=params):
            return set_arrived(incident, actor, params, now)
        case ChangeSeverity(actor=actor, severity=severity, reason=reason):
            return change_severity(incident, actor, severity, reason, now)
        case AdoptPolicy(actor=actor, policy=policy):
            return adopt_policy(incident, actor, policy, now)
        case AnswerGoing(actor=actor, text=text):
            return answer_going(incident, actor, text, now)
        case Decline(actor=actor, repeated=repeated):
            return decline(incident, actor, now, repeated=repeated)
        case Close(actor=actor, disposition=disposition, note=note, may_override=may_override):
            return close(incident, actor, disposition, note, now, may_override=may_override)
        case ConfirmTest(actor=actor, note=note, may_override=may_override):
            return press_tests.confirm(incident, actor, note, now, may_override=may_override)
        case Reopen(actor=actor, note=note):
            return reopen(incident, actor, note, now)
        case TakeStep(reachable=reachable, linked=linked, told=told):
            return escalate(_in_state(incident, IncidentState.OPEN), reachable, now, linked, told)
        case LeaveDesk():
            return leave_desk(incident, now)
        case PassHoldDeadline():
            return pass_hold_deadline(_in_state(incident, IncidentState.ACKNOWLEDGED), now)
        case _:
            assert_never(command)


def _taking_along(outcome: Outcome, superseded: tuple[str, ...]) -> Outcome:
    """The same outcome, which says that earlier alerts went into it."""
    if not superseded:
        return outcome
    line = Record(code="took_along", params={"count": len(superseded), "alert_ids": ", ".join(superseded)})
    return Outcome(incident=outcome.incident, duties=(*outcome.duties, line))


def _hand_over(incident: Incident, command: HandOver, now: datetime) -> Outcome:
    given = hand_over(incident, command.actor, command.to, now, code=command.code)
    if not command.note:
        return given
    noted = add_note(given.incident, command.actor, command.note, now)
    return Outcome(incident=noted.incident, duties=given.duties + noted.duties)


def _not_closed(incident: Incident) -> Incident:
    if incident.state is IncidentState.CLOSED:
        raise RefusedError("closed")
    return incident


def _in_state(incident: Incident, state: IncidentState) -> Incident:
    if incident.state is not state:
        raise RefusedError("not_due")
    return incident
