"""Incidents: the people's side of alerts, and every transition one can make.

Every transition is in `TRANSITIONS`; nothing else assigns a state. Each function takes the incident as it stands under
its row lock and returns an `Outcome`: the incident as it is now, and what that owes.

An incident that is not closed has exactly one deadline (promise 3): the next step of its ladder while it is open, and
while somebody holds it the moment at which holding it without doing anything is noticed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.actors import Actor
from alerts.decisions import CancelNotifications, Duty, RaiseAlert, Record, Stage, TellDevices
from alerts.explanation import Explanation, Param
from alerts.kinds import IncidentKind
from alerts.observations import Subject
from alerts.policy import EscalationPolicy
from alerts.severity import Severity, gravest


class IncidentState(StrEnum):
    """Where an incident stands at the desk."""

    OPEN = "open"  #: Nobody has taken it; escalation is running. 待受理
    ACKNOWLEDGED = "acknowledged"  #: Somebody has taken it. 处置中
    CLOSED = "closed"  #: A disposition is recorded; nothing follows. 已办结


class Move(StrEnum):
    """What can happen to an incident's state."""

    JOIN = "join"  #: A further alert of the same kind. 合并
    RETURN_BY_ALERT = "return_by_alert"  #: A further alert long after the last one, though somebody holds it. 再次告警
    ACKNOWLEDGE = "acknowledge"  #: 受理
    HAND_OVER = "hand_over"  #: 移交
    TIME_OUT = "time_out"  #: It was taken, and then nothing was done. 超时退回
    CLOSE = "close"  #: 办结
    REOPEN = "reopen"  #: 重开


OPEN, ACKNOWLEDGED, CLOSED = IncidentState.OPEN, IncidentState.ACKNOWLEDGED, IncidentState.CLOSED

TRANSITIONS: Mapping[tuple[IncidentState, Move], IncidentState] = {
    (OPEN, Move.JOIN): OPEN,
    (OPEN, Move.ACKNOWLEDGE): ACKNOWLEDGED,
    (ACKNOWLEDGED, Move.JOIN): ACKNOWLEDGED,
    (ACKNOWLEDGED, Move.RETURN_BY_ALERT): OPEN,
    (ACKNOWLEDGED, Move.HAND_OVER): ACKNOWLEDGED,
    (ACKNOWLEDGED, Move.TIME_OUT): OPEN,
    (ACKNOWLEDGED, Move.CLOSE): CLOSED,
    (CLOSED, Move.REOPEN): OPEN,
}


class Deadline(StrEnum):
    """What the one deadline of an incident is for."""

    ESCALATE = "escalate"  #: The next step of the ladder.
    CONTACT_REMINDER = "contact_reminder"  #: Taken, but nobody has been called: sound again.
    ACK_TIMEOUT = "ack_timeout"  #: Taken, and nothing done: back to open.
    RESPONDER_OVERDUE = "responder_overdue"  #: Somebody was on the way: did they arrive, and what then?


class Disposition(StrEnum):
    """How an incident ended."""

    REAL = "real"  #: 属实
    FALSE = "false"  #: 误报
    TEST = "test"  #: 测试
    DUPLICATE = "duplicate"  #: 重复
    CANCELLED = "cancelled"  #: 本人取消
    UNREACHABLE = "unreachable"  #: 无法联系，已转交
    OTHER = "other"  #: 其他


#: Further presses within this time join; a later one on a held incident puts it back (DESIGN.md section 2, rule 4).
JOIN_WITHIN = timedelta(minutes=10)
#: Taken is not helped: an SOS or fall taken without a logged contact attempt sounds again (DESIGN.md section 5).
CONTACT_WITHIN = timedelta(seconds=120)
#: 9 of 10 responders are on site within 45 minutes (DOMAIN.md section 3): so long a responder holds an incident.
RESPONDER_WITHIN = timedelta(minutes=45)
#: Kinds whose wearer must be called at once after somebody took it.
CALLED_AT_ONCE = frozenset({IncidentKind.SOS, IncidentKind.FALL, IncidentKind.UNREADABLE_EVENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The position in the policy: which step is next.

    `run` counts starts of the ladder (opening, each return to open), `round` the repeats within a run; after the last
    round `recurrence` counts how often the last step has recurred.
    """

    run: int = 1
    round: int = 0
    step: int = 0
    recurrence: int = 0
    contact_cursor: int = 0  #: Whom `next_contact` tells next, counted over all rounds.
    contacts_told: int = 0  #: How many `next_contact` has told in this round.


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident as its row holds it. Times are aware UTC."""

    id: str
    kind: IncidentKind
    severity: Severity
    state: IncidentState
    subject: Subject
    explanation: Explanation
    opened_at: datetime
    last_alert_at: datetime
    policy: EscalationPolicy
    ladder: Ladder
    sounding: bool
    deadline: Deadline | None
    due_at: datetime | None
    acknowledged_at: datetime | None = None
    acknowledged_by: Actor | None = None
    contacted_at: datetime | None = None
    touched_at: datetime | None = None
    responding_at: datetime | None = None
    responder_name: str | None = None
    arrived_at: datetime | None = None
    closed_at: datetime | None = None
    disposition: Disposition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The incident as it now is, and what the change owes."""

    incident: Incident
    duties: tuple[Duty, ...] = ()


class RefusedError(Exception):
    """What was asked does not go in the incident's state; `code` and `params` explain it to the asker.

    `holder` is who has it, where that is the reason.
    """

    def __init__(self, code: str, *, holder: Actor | None = None, params: Mapping[str, Param] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.holder = holder
        self.params = dict(params or {})


# --- Opening and joining -------------------------------------------------------------------------------------------


def open_incident(
    incident_id: str, subject: Subject, alert: RaiseAlert, policy: EscalationPolicy, now: datetime
) -> Outcome:
    """A new incident; its ladder starts at once."""
    incident = Incident(
        id=incident_id,
        kind=alert.kind,
        severity=alert.severity,
        state=OPEN,
        subject=subject,
        explanation=alert.explanation,
        opened_at=now,
        last_alert_at=now,
        policy=policy,
        ladder=Ladder(),
        sounding=True,
        deadline=Deadline.ESCALATE,
        due_at=now + policy.steps[0].after,
    )
    return Outcome(incident=incident, duties=(_record("opened", alert.explanation),))


def join(incident: Incident, alert: RaiseAlert, now: datetime) -> Outcome:
    """A further alert of the same subject and kind, decided under the incident's row lock.

    On a held incident it sounds again; when the last alert is more than `JOIN_WITHIN` old, the incident is open again.
    """
    grave = gravest(incident.severity, alert.severity)
    joined = replace(incident, last_alert_at=now, severity=grave, sounding=True)
    duties: tuple[Duty, ...] = (_record("joined", alert.explanation),)
    if grave is not incident.severity:
        duties += (Record(code="raised", params={"from": incident.severity, "to": grave}),)
    if incident.state is ACKNOWLEDGED and now - incident.last_alert_at > JOIN_WITHIN:
        returned = _return_to_open(joined, Move.RETURN_BY_ALERT, "returned_by_alert", now)
        return Outcome(incident=returned.incident, duties=duties + returned.duties)
    return Outcome(incident=replace(joined, state=_next_state(incident, Move.JOIN)), duties=duties)


# --- What people do ------------------------------------------------------------------------------------------------


def acknowledge(incident: Incident, actor: Actor, now: datetime) -> Outcome:
    """Take an open incident. Taking what one holds already changes nothing.

    Raises:
        RefusedError: `held` with the holder, or `closed`.
    """
    if incident.state is ACKNOWLEDGED:
        if incident.acknowledged_by == actor:
            return Outcome(incident=replace(incident, sounding=False))
        raise RefusedError("held", holder=incident.acknowledged_by)
    if incident.state is CLOSED:
        raise RefusedError("closed")
    taken = replace(
        incident,
        state=_next_state(incident, Move.ACKNOWLEDGE),
        acknowledged_at=now,
        acknowledged_by=actor,
        contacted_at=None,
        touched_at=None,
        responding_at=None,
        responder_name=None,
        arrived_at=None,
        sounding=False,
    )
    return Outcome(
        incident=_with_hold_deadline(taken),
        duties=(Record(code="acknowledged", actor=actor), CancelNotifications(), TellDevices(stage=Stage.TAKEN)),
    )


def hand_over(incident: Incident, actor: Actor, to: Actor, now: datetime) -> Outcome:
    """Give a held incident to somebody else; what was done so far stays on record, the clocks start anew.

    Raises:
        RefusedError: `not_held` when nobody holds it.
    """
    if incident.state is not ACKNOWLEDGED:
        raise RefusedError("not_held")
    given = replace(
        incident, state=_next_state(incident, Move.HAND_OVER), acknowledged_by=to, acknowledged_at=now, touched_at=now
    )
    return Outcome(
        incident=_with_hold_deadline(given),
        duties=(Record(code="handed_over", params={"to_id": to.id, "to": to.name}, actor=actor),),
    )


def log_contact_attempt(incident: Incident, actor: Actor, params: Mapping[str, Param], now: datetime) -> Outcome:
    """Somebody was called, reached or not: it stops the reminder and restarts the clock of the holder.

    Raises:
        RefusedError: `closed`.
    """
    if incident.state is CLOSED:
        raise RefusedError("closed")
    touched = incident
    if incident.state is ACKNOWLEDGED:
        touched = _with_hold_deadline(replace(incident, contacted_at=now, touched_at=now, sounding=False))
    return Outcome(incident=touched, duties=(Record(code="contact_attempt", params=params, actor=actor),))


def add_note(incident: Incident, actor: Actor, text: str, now: datetime) -> Outcome:
    """A note; on a held incident it restarts the clock of the holder. A closed one can still be annotated."""
    touched = incident
    if incident.state is ACKNOWLEDGED:
        touched = _with_hold_deadline(replace(incident, touched_at=now))
    return Outcome(incident=touched, duties=(Record(code="note", params={"text": text}, actor=actor),))


def set_responding(incident: Incident, actor: Actor, params: Mapping[str, Param], now: datetime) -> Outcome:
    """Somebody is on the way; an incident that nobody holds is taken by the actor with it.

    The responder holds the incident for `RESPONDER_WITHIN`, and only now may the wearer be told that help is coming.

    Raises:
        RefusedError: `closed`.
    """
    taken = _taken_first(incident, actor, now)
    on_the_way = replace(
        taken.incident,
        responding_at=now,
        responder_name=str(params.get("name") or actor.name),
        arrived_at=None,
        touched_at=now,
        sounding=False,
    )
    duties = (Record(code="responding", params=params, actor=actor), TellDevices(stage=Stage.RESPONDING))
    return Outcome(incident=_with_hold_deadline(on_the_way), duties=taken.duties + duties)


def set_arrived(incident: Incident, actor: Actor, params: Mapping[str, Param], now: datetime) -> Outcome:
    """The responder is there: counts as contact, and holds the incident once more for `RESPONDER_WITHIN`.

    Raises:
        RefusedError: `closed`.
    """
    taken = _taken_first(incident, actor, now)
    name = str(params.get("name") or taken.incident.responder_name or actor.name)
    there = replace(
        taken.incident,
        responding_at=taken.incident.responding_at or now,
        responder_name=name,
        arrived_at=now,
        contacted_at=now,
        touched_at=now,
        sounding=False,
    )
    duties = (*taken.duties, Record(code="arrived", params={**params, "name": name}, actor=actor))
    return Outcome(incident=_with_hold_deadline(there), duties=duties)


def close(
    incident: Incident,
    actor: Actor,
    disposition: Disposition,
    note: str | None,
    now: datetime,
    *,
    may_override: bool = False,
) -> Outcome:
    """Record how it ended. An open incident is taken and closed in one; another's needs `may_override`.

    Raises:
        RefusedError: `closed`, or `held` with the holder.
    """
    if incident.state is CLOSED:
        raise RefusedError("closed")
    if incident.state is ACKNOWLEDGED and incident.acknowledged_by != actor and not may_override:
        raise RefusedError("held", holder=incident.acknowledged_by)
    taken = _taken_first(incident, actor, now)
    closed = replace(
        taken.incident,
        state=_next_state(taken.incident, Move.CLOSE),
        closed_at=now,
        disposition=disposition,
        sounding=False,
        deadline=None,
        due_at=None,
    )
    duties = (
        Record(code="closed", params={"disposition": disposition, "note": note}, actor=actor),
        CancelNotifications(),
        TellDevices(stage=Stage.CLOSED, reason=disposition),
    )
    return Outcome(incident=closed, duties=taken.duties + duties)


def reopen(incident: Incident, actor: Actor, note: str | None, now: datetime) -> Outcome:
    """Undo a close: the ladder starts anew.

    Raises:
        RefusedError: `not_closed`.
    """
    if incident.state is not CLOSED:
        raise RefusedError("not_closed", holder=incident.acknowledged_by)
    reopened = replace(incident, closed_at=None, disposition=None)
    returned = _return_to_open(reopened, Move.REOPEN, "reopened", now)
    log = Record(code="reopened", params={"note": note}, actor=actor)
    return Outcome(incident=returned.incident, duties=(log, *returned.duties[1:]))


# --- What time does ------------------------------------------------------------------------------------------------


def pass_hold_deadline(incident: Incident, now: datetime) -> Outcome:
    """The deadline of a held incident has come: remind of the call that nobody made, or put it back.

    The deadline of an open incident is its ladder's: see `escalation.escalate`.
    """
    match incident.deadline:
        case Deadline.CONTACT_REMINDER:
            reminded = replace(incident, sounding=True, deadline=Deadline.ACK_TIMEOUT, due_at=_time_out_at(incident))
            return Outcome(incident=reminded, duties=(Record(code="contact_overdue"),))
        case Deadline.RESPONDER_OVERDUE:
            return _return_to_open(incident, Move.TIME_OUT, "responder_overdue", now)
        case Deadline.ACK_TIMEOUT | Deadline.ESCALATE | None:
            return _return_to_open(incident, Move.TIME_OUT, "ack_timed_out", now)


def current_stage(incident: Incident) -> Stage | None:
    """What the device of a further alert must be told besides `received`: somebody may have the incident already."""
    if incident.state is not ACKNOWLEDGED:
        return None
    return Stage.RESPONDING if incident.responding_at is not None else Stage.TAKEN


# --- Shared steps --------------------------------------------------------------------------------------------------


def _next_state(incident: Incident, move: Move) -> IncidentState:
    return TRANSITIONS[incident.state, move]


def _taken_first(incident: Incident, actor: Actor, now: datetime) -> Outcome:
    if incident.state is CLOSED:
        raise RefusedError("closed")
    if incident.state is OPEN:
        return acknowledge(incident, actor, now)
    return Outcome(incident=incident)


def _return_to_open(incident: Incident, move: Move, code: str, now: datetime) -> Outcome:
    holder = incident.acknowledged_by
    returned = replace(
        incident,
        state=_next_state(incident, move),
        acknowledged_at=None,
        acknowledged_by=None,
        contacted_at=None,
        touched_at=None,
        responding_at=None,
        responder_name=None,
        arrived_at=None,
        sounding=True,
        ladder=Ladder(run=incident.ladder.run + 1, contact_cursor=incident.ladder.contact_cursor),
        deadline=Deadline.ESCALATE,
        due_at=now + incident.policy.steps[0].after,
    )
    params: dict[str, Param] = {"holder_id": holder.id, "holder": holder.name} if holder else {}
    return Outcome(
        incident=returned, duties=(Record(code=code, params=params), TellDevices(stage=Stage.REQUEUED, reason=code))
    )


def _with_hold_deadline(incident: Incident) -> Incident:
    """The one deadline of an acknowledged incident: the earliest thing that must be noticed."""
    held_since = incident.arrived_at or incident.responding_at
    if held_since is not None:
        return replace(incident, deadline=Deadline.RESPONDER_OVERDUE, due_at=held_since + RESPONDER_WITHIN)
    time_out = _time_out_at(incident)
    if incident.kind in CALLED_AT_ONCE and incident.contacted_at is None and incident.acknowledged_at is not None:
        reminder = incident.acknowledged_at + CONTACT_WITHIN
        reminded = incident.touched_at is not None and incident.touched_at >= reminder
        if reminder < time_out and not reminded:
            return replace(incident, deadline=Deadline.CONTACT_REMINDER, due_at=reminder)
    return replace(incident, deadline=Deadline.ACK_TIMEOUT, due_at=time_out)


def _time_out_at(incident: Incident) -> datetime:
    """When an acknowledged incident that nobody touches goes back to open."""
    touched = incident.touched_at or incident.acknowledged_at or incident.last_alert_at
    return touched + incident.policy.ack_timeout


def _record(code: str, explanation: Explanation) -> Record:
    return Record(code=code, params={"why": explanation.code, **explanation.params})
