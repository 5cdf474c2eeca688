"""Applying: what each command makes of an incident, and the one way in.

Each line leads to the rule of its name; whatever is done to an incident is done here, under its lock.
"""

from datetime import datetime
from typing import assert_never

from alerts.decisions import Record
from alerts.escalation.steps import escalate
from alerts.incidents import (
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
    press_tests,
    reopen,
    say_ending,
    set_arrived,
    set_responding,
)
from alerts.incidents.caregivers import answer_going, decline
from alerts.incidents.commands import (
    Acknowledge,
    AddNote,
    AdoptPolicy,
    AnswerGoing,
    ChangeSeverity,
    Close,
    Command,
    ConfirmTest,
    Decline,
    GiveBack,
    HandOver,
    Join,
    LeaveDesk,
    LogContactAttempt,
    MergeInto,
    NoteCleared,
    Open,
    PassHoldDeadline,
    Reopen,
    SetArrived,
    SetResponding,
    TakeIn,
    TakeStep,
)
from alerts.incidents.desk_left import leave_desk
from alerts.incidents.merging import merge_into, take_in


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
        case Close():
            return _close(incident, command, now)
        case ConfirmTest(actor=actor, note=note, may_override=may_override):
            return press_tests.confirm(incident, actor, note, now, may_override=may_override)
        case MergeInto():
            return merge_into(incident, command, now)
        case TakeIn():
            return take_in(incident, command, now)
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


def _close(incident: Incident, command: Close, now: datetime) -> Outcome:
    closed = close(incident, command.actor, command.disposition, command.note, now, may_override=command.may_override)
    return say_ending(closed, command.outcome, command.cause)


def _not_closed(incident: Incident) -> Incident:
    if incident.state is IncidentState.CLOSED:
        raise RefusedError("closed")
    return incident


def _in_state(incident: Incident, state: IncidentState) -> Incident:
    if incident.state is not state:
        raise RefusedError("not_due")
    return incident
