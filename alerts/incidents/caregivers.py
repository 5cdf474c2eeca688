"""What a caregiver's answer to a text changes, decided under the incident's lock. Every answer is on record."""

from dataclasses import replace
from datetime import datetime

from alerts.actors import Actor, ActorType
from alerts.decisions import Record
from alerts.explanation import Param
from alerts.incidents import (
    Deadline,
    Incident,
    IncidentState,
    Outcome,
    RefusedError,
    add_note,
    set_responding,
)

#: How the log says that it came as a text.
BY_TEXT = "sms"


def answer_going(incident: Incident, actor: Actor, text: str, now: datetime) -> Outcome:
    """They go: the incident is theirs, unless somebody else goes already; then their words are a note.

    Raises:
        RefusedError: `closed`.
    """
    if somebody_else_goes(incident, actor):
        return add_note(incident, actor, text, now)
    return set_responding(incident, actor, _by_text(actor), now)


def somebody_else_goes(incident: Incident, actor: Actor) -> bool:
    """Another caregiver has taken it, or somebody else is on the way; an operator who holds it waits for just this."""
    if incident.state is IncidentState.CLOSED:
        return False
    holder = incident.acknowledged_by
    if holder is not None and holder.type is ActorType.CAREGIVER and holder.id != actor.id:
        return True
    return incident.responding_at is not None and incident.responder_name != actor.name


def decline(incident: Incident, actor: Actor, now: datetime, *, repeated: bool) -> Outcome:
    """They cannot: the ladder need not wait for them any longer. Saying it twice does not skip a step.

    It is no contact attempt of whoever holds the incident, so their clock is left alone.

    Raises:
        RefusedError: `closed`.
    """
    if incident.state is IncidentState.CLOSED:
        raise RefusedError("closed")
    params: dict[str, Param] = {"outcome": "declined", "contact_id": actor.id, "who": actor.name, "by": BY_TEXT}
    waits = incident.state is IncidentState.OPEN and incident.deadline is Deadline.ESCALATE
    sent_on = replace(incident, due_at=now) if waits and not repeated else incident
    return Outcome(incident=sent_on, duties=(Record(code="contact_attempt", params=params, actor=actor),))


def _by_text(actor: Actor) -> dict[str, Param]:
    return {"name": actor.name, "by": BY_TEXT}
