"""Holding an incident: the clocks of whoever has it, and how it goes back when nobody has it any more.

Somebody holds it as long as they do something: `ack_timeout` of the policy without a note, a call or a responder puts
it back; a responder on the way holds it for `RESPONDER_WITHIN`. Within that, a call that is owed and was not made
(`call_due_at`) sounds again. The earliest of these is the incident's one deadline.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from alerts.decisions import Record, Stage, TellDevices
from alerts.explanation import Param
from alerts.incidents.incident import (
    ACKNOWLEDGED,
    CALLED_AT_ONCE,
    CONTACT_WITHIN,
    RESPONDER_WITHIN,
    Deadline,
    Incident,
    Ladder,
    Move,
    Outcome,
    next_state,
)


def with_hold_deadline(incident: Incident) -> Incident:
    """The incident with the one deadline of a held one: the earliest thing that must be noticed."""
    ends_at, ends_by = _hold_end(incident)
    if incident.call_due_at is not None and incident.call_due_at < ends_at:
        return replace(incident, deadline=Deadline.CONTACT_REMINDER, due_at=incident.call_due_at)
    return replace(incident, deadline=ends_by, due_at=ends_at)


def owe_call(incident: Incident, now: datetime) -> Incident:
    """The wearer must be called within `CONTACT_WITHIN`, or sooner where a call is owed already; not for every kind."""
    if incident.kind not in CALLED_AT_ONCE:
        return incident
    owed_already = incident.call_due_at is not None and incident.call_due_at > now
    return incident if owed_already else replace(incident, call_due_at=now + CONTACT_WITHIN)


def return_to_open(
    incident: Incident,
    move: Move,
    code: str,
    now: datetime,
    *,
    params: Mapping[str, Param] | None = None,
) -> Outcome:
    """Nobody has it any more: it sounds, its device learns so, and its ladder begins a new run."""
    holder = incident.acknowledged_by
    returned = replace(
        incident,
        state=next_state(incident, move),
        acknowledged_at=None,
        acknowledged_by=None,
        call_due_at=None,
        contacted_at=None,
        touched_at=None,
        responding_at=None,
        responder_name=None,
        arrived_at=None,
        sounding=True,
        ladder=new_run(incident.ladder),
        deadline=Deadline.ESCALATE,
        due_at=now + incident.policy.steps[0].after,
    )
    held: dict[str, Param] = {"holder_id": holder.id, "holder": holder.name} if holder else {}
    return Outcome(
        incident=returned,
        duties=(Record(code=code, params={**held, **(params or {})}), TellDevices(stage=Stage.REQUEUED, reason=code)),
    )


def new_run(ladder: Ladder) -> Ladder:
    """The ladder from its first step; `next_contact` goes on with whoever was not told last."""
    return Ladder(run=ladder.run + 1, contact_cursor=ladder.contact_cursor)


def current_stage(incident: Incident) -> Stage | None:
    """What the device of a further alert must be told besides `received`: somebody may have the incident already."""
    if incident.state is not ACKNOWLEDGED:
        return None
    return Stage.RESPONDING if incident.responding_at is not None else Stage.TAKEN


def _hold_end(incident: Incident) -> tuple[datetime, Deadline]:
    """When whoever holds it, or is on the way, has had all the time there is."""
    on_the_way_since = incident.arrived_at or incident.responding_at
    if on_the_way_since is not None:
        return on_the_way_since + RESPONDER_WITHIN, Deadline.RESPONDER_OVERDUE
    touched_at = incident.touched_at or incident.acknowledged_at or incident.last_alert_at
    return touched_at + incident.policy.ack_timeout, Deadline.ACK_TIMEOUT
