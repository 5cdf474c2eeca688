"""What people do to incidents: take, give, act, end - and say what a machine cannot know.

Each function takes the incident as it stands under its row lock and returns an `Outcome`: the incident as it is now,
and what that owes. What does not go in the incident's state is refused with a `RefusedError`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from alerts.actors import Actor
from alerts.decisions import CancelNotifications, Record, Stage, TellDevices
from alerts.escalation.policy import EscalationPolicy
from alerts.explanation import Param
from alerts.incidents.holding import new_run, owe_call, return_to_open, with_hold_deadline
from alerts.incidents.incident import (
    ACKNOWLEDGED,
    CLOSED,
    OPEN,
    Disposition,
    Ending,
    FalseCause,
    Incident,
    Move,
    Outcome,
    RefusedError,
    next_state,
)
from alerts.severity import Severity

# --- Who has it ----------------------------------------------------------------------------------------------------


def acknowledge(incident: Incident, actor: Actor, now: datetime) -> Outcome:
    """Take an open incident. Taking what one holds already changes nothing but the sound.

    Raises:
        RefusedError: `held` with the holder, or `closed`.
    """
    if incident.state is ACKNOWLEDGED:
        if incident.acknowledged_by == actor:
            return Outcome(incident=replace(incident, sounding=False))
        raise RefusedError("held", holder=incident.acknowledged_by)
    _not_closed(incident)
    taken = replace(
        incident,
        state=next_state(incident, Move.ACKNOWLEDGE),
        acknowledged_at=now,
        acknowledged_by=actor,
        call_due_at=None,
        contacted_at=None,
        touched_at=None,
        responding_at=None,
        responder_name=None,
        arrived_at=None,
        sounding=False,
    )
    return Outcome(
        incident=with_hold_deadline(owe_call(taken, now)),
        duties=(Record(code="acknowledged", actor=actor), CancelNotifications(), TellDevices(stage=Stage.TAKEN)),
    )


def hand_over(incident: Incident, actor: Actor, to: Actor, now: datetime, *, code: str = "handed_over") -> Outcome:
    """Give a held incident to somebody else; what was done so far stays on record, the time-out starts anew.

    A call that is owed is owed by whoever has it now, and no later; one that the last holder let pass is owed again.

    Raises:
        RefusedError: `not_held` when nobody holds it.
    """
    _held(incident)
    given = replace(incident, state=next_state(incident, Move.HAND_OVER), acknowledged_by=to, touched_at=now)
    if incident.contacted_at is None and incident.responding_at is None:
        given = owe_call(given, now)
    params: dict[str, Param] = {"to_id": to.id, "to": to.name}
    return Outcome(incident=with_hold_deadline(given), duties=(Record(code=code, params=params, actor=actor),))


def give_back(incident: Incident, actor: Actor | None, now: datetime, *, code: str = "given_back") -> Outcome:
    """Whoever holds it holds it no more and nobody follows: it is open, and sounds. No actor: time has decided.

    Raises:
        RefusedError: `not_held` when nobody holds it.
    """
    _held(incident)
    returned = return_to_open(incident, Move.GIVE_BACK, code, now)
    log, *others = returned.duties
    signed = replace(log, actor=actor) if isinstance(log, Record) else log
    return Outcome(incident=returned.incident, duties=(signed, *others))


# --- What is done --------------------------------------------------------------------------------------------------


def log_contact_attempt(incident: Incident, actor: Actor, params: Mapping[str, Param], now: datetime) -> Outcome:
    """Somebody was called, reached or not: it stops the reminder and restarts the clock of the holder.

    While nobody has the incident it is on record and stops nothing: a voicemail is not a person who goes.

    Raises:
        RefusedError: `closed`.
    """
    _not_closed(incident)
    touched = incident
    if incident.state is ACKNOWLEDGED:
        called = replace(incident, call_due_at=None, contacted_at=now, touched_at=now, sounding=False)
        touched = with_hold_deadline(called)
    return Outcome(incident=touched, duties=(Record(code="contact_attempt", params=params, actor=actor),))


def add_note(incident: Incident, actor: Actor, text: str, now: datetime) -> Outcome:
    """A note; on a held incident it restarts the clock of the holder. A closed one can still be annotated."""
    touched = incident
    if incident.state is ACKNOWLEDGED:
        touched = with_hold_deadline(replace(incident, touched_at=now))
    return Outcome(incident=touched, duties=(Record(code="note", params={"text": text}, actor=actor),))


def set_responding(incident: Incident, actor: Actor, params: Mapping[str, Param], now: datetime) -> Outcome:
    """Somebody is on the way; an incident that nobody holds is taken by the actor with it.

    The responder holds the incident for `RESPONDER_WITHIN`, each time they report, and only now may the wearer be told
    that help is coming. Somebody who goes is more than a call: none is owed besides.

    Raises:
        RefusedError: `closed`.
    """
    taken = _taken_first(incident, actor, now)
    on_the_way = replace(
        taken.incident,
        call_due_at=None,
        responding_at=now,
        responder_name=str(params.get("name") or actor.name),
        arrived_at=None,
        touched_at=now,
        sounding=False,
    )
    duties = (Record(code="responding", params=params, actor=actor), TellDevices(stage=Stage.RESPONDING))
    return Outcome(incident=with_hold_deadline(on_the_way), duties=taken.duties + duties)


def set_arrived(incident: Incident, actor: Actor, params: Mapping[str, Param], now: datetime) -> Outcome:
    """The responder is there: counts as contact, and holds the incident once more for `RESPONDER_WITHIN`.

    Raises:
        RefusedError: `closed`.
    """
    taken = _taken_first(incident, actor, now)
    name = str(params.get("name") or taken.incident.responder_name or actor.name)
    there = replace(
        taken.incident,
        call_due_at=None,
        responding_at=taken.incident.responding_at or now,
        responder_name=name,
        arrived_at=now,
        contacted_at=now,
        touched_at=now,
        sounding=False,
    )
    duties = (*taken.duties, Record(code="arrived", params={**params, "name": name}, actor=actor))
    return Outcome(incident=with_hold_deadline(there), duties=duties)


# --- How grave it is, and who is told ------------------------------------------------------------------------------


def change_severity(incident: Incident, actor: Actor, severity: Severity, reason: str | None, now: datetime) -> Outcome:
    """Raise or lower by hand; the policy stays the one it opened with. Lowering says why, and is never silent.

    On a held incident it restarts the clock of the holder, as every word about it does.

    Raises:
        RefusedError: `closed`, or `reason_missing` when it is lowered without one.
    """
    _not_closed(incident)
    if severity is incident.severity:
        return Outcome(incident=incident)
    lowered = severity.rank > incident.severity.rank
    if lowered and not (reason or "").strip():
        raise RefusedError("reason_missing")
    changed = replace(incident, severity=severity)
    if incident.state is ACKNOWLEDGED:
        changed = with_hold_deadline(replace(changed, touched_at=now))
    params: dict[str, Param] = {"from": incident.severity, "to": severity, "reason": reason}
    log = Record(code="lowered_by_hand" if lowered else "raised_by_hand", params=params, actor=actor)
    return Outcome(incident=changed, duties=(log,))


def adopt_policy(incident: Incident, actor: Actor, policy: EscalationPolicy, now: datetime) -> Outcome:
    """Escalate by another policy, or by the same one as it now is: never by itself, always because somebody said so.

    It is a new run from the first step: the position in one ladder means nothing in another. An open incident begins it
    no later than its next step was due; a held one keeps its holder, who from now on has the new policy's time.

    Raises:
        RefusedError: `closed`.
    """
    _not_closed(incident)
    if policy == incident.policy:
        return Outcome(incident=incident)
    before = incident.policy
    adopted = replace(incident, policy=policy, ladder=new_run(incident.ladder))
    if incident.state is ACKNOWLEDGED:
        adopted = with_hold_deadline(replace(adopted, touched_at=now))
    else:
        first_at = now + policy.steps[0].after
        adopted = replace(adopted, due_at=min(first_at, incident.due_at or first_at))
    params: dict[str, Param] = {
        "policy": policy.name,
        "version": policy.version,
        "policy_before": before.name,
        "version_before": before.version,
    }
    return Outcome(incident=adopted, duties=(Record(code="policy_adopted", params=params, actor=actor),))


# --- How it ends ---------------------------------------------------------------------------------------------------


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
    _not_closed(incident)
    if incident.state is ACKNOWLEDGED and incident.acknowledged_by != actor and not may_override:
        raise RefusedError("held", holder=incident.acknowledged_by)
    taken = _taken_first(incident, actor, now)
    closed = replace(
        taken.incident,
        state=next_state(taken.incident, Move.CLOSE),
        call_due_at=None,
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


def say_ending(closed: Outcome, outcome: Ending | None, cause: FalseCause | None) -> Outcome:
    """What came of a real one, or why there was a false one; the line of the log says it with the disposition."""
    if outcome is None and cause is None:
        return closed
    said: dict[str, Param] = {"ending": outcome} if outcome is not None else {"cause": cause}
    duties = tuple(
        replace(duty, params={**duty.params, **said}) if isinstance(duty, Record) and duty.code == "closed" else duty
        for duty in closed.duties
    )
    return Outcome(incident=replace(closed.incident, outcome=outcome, cause=cause), duties=duties)


def reopen(incident: Incident, actor: Actor, note: str | None, now: datetime) -> Outcome:
    """Undo a close: the ladder starts anew.

    Raises:
        RefusedError: `not_closed`.
    """
    if incident.state is not CLOSED:
        raise RefusedError("not_closed", holder=incident.acknowledged_by)
    reopened = replace(incident, closed_at=None, disposition=None, outcome=None, cause=None, duplicate_of=None)
    returned = return_to_open(reopened, Move.REOPEN, "reopened", now)
    log = Record(code="reopened", params={"note": note}, actor=actor)
    return Outcome(incident=returned.incident, duties=(log, *returned.duties[1:]))


def _not_closed(incident: Incident) -> None:
    if incident.state is CLOSED:
        raise RefusedError("closed")


def _held(incident: Incident) -> None:
    if incident.state is not ACKNOWLEDGED:
        raise RefusedError("not_held")


def _taken_first(incident: Incident, actor: Actor, now: datetime) -> Outcome:
    _not_closed(incident)
    if incident.state is OPEN:
        return acknowledge(incident, actor, now)
    return Outcome(incident=incident)
