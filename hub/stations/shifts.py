"""What becomes of incidents when people go: they hand over what they hold, their shift ends, they leave a desk."""

from collections.abc import Sequence
from uuid import UUID

from alerts.actors import Actor, ActorType
from alerts.incidents import Incident
from alerts.incidents.commands import Command, GiveBack, HandOver, LeaveDesk
from alerts.incidents.desk_left import waits_for_desk
from hub.stations.incidents import carry_out
from hub.stations.store import IncidentStore

#: Who hands over when a shift has ended.
THE_HUB = Actor(type=ActorType.MACHINE, id="hub", name="hub")


async def hand_over_all(
    store: IncidentStore, incident_ids: Sequence[UUID], holder: Actor, to: Actor, note: str | None
) -> list[UUID]:
    """Give these incidents to somebody else, all in one transaction; returns those that `holder` still had.

    They are locked in the order of their ids, as every transaction that locks several incidents must.
    """
    given = []
    for incident_id in sorted(incident_ids):
        locked = await store.lock_incident(incident_id)
        if locked is not None and locked.incident.acknowledged_by == holder:
            await carry_out(store, locked, HandOver(actor=holder, to=to, note=note))
            given.append(incident_id)
    return given


async def end_shift(store: IncidentStore, incident_id: UUID, holder: Actor, relief: Actor | None) -> bool:
    """The holder's shift has ended: the incident goes to their relief, or is open again; whether anything changed.

    Not while somebody has its lock: then it is being changed, and is looked at again.
    """
    locked = await store.lock_incident_if_free(incident_id)
    if locked is None or locked.incident.acknowledged_by != holder:
        return False
    command = _what_follows(locked.incident, relief)
    if command is None:
        return False
    await carry_out(store, locked, command)
    return True


async def leave_desk(store: IncidentStore, incident_ids: Sequence[UUID]) -> list[UUID]:
    """Nobody hears the desk sound for these any more: those that wait for it wait no longer; returns which did.

    One that somebody is changing is left to them: its next step passes the desk over.
    """
    sent_on = []
    for incident_id in sorted(incident_ids):
        locked = await store.lock_incident_if_free(incident_id)
        if locked is not None and waits_for_desk(locked.incident):
            await carry_out(store, locked, LeaveDesk())
            sent_on.append(incident_id)
    return sent_on


def _what_follows(incident: Incident, relief: Actor | None) -> Command | None:
    """What becomes of an incident without its holder.

    Whom nobody relieves keeps what a responder is on the way to: it comes back up by the responder's own clock, and to
    tell everybody anew would send a second one.
    """
    if relief is not None:
        return HandOver(actor=THE_HUB, to=relief, code="shift_ended")
    if incident.responding_at is not None:
        return None
    return GiveBack(code="shift_ended_unrelieved")
