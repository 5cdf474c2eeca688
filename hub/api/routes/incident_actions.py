"""What people do to an incident. The core decides under the row lock; each answer is the incident as it now is.

409 says who was first, with the holder.
"""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AliasChoices, Field

from alerts import commands
from alerts.commands import Command
from alerts.explanation import Param
from alerts.incidents import Disposition
from hub.api.callers import DESK_ROLES, Caller, requires
from hub.api.problems import unacceptable
from hub.api.routes.incidents import read_incident
from hub.api.shapes import Body, LongText, Name, Phone, WholeNumber
from hub.stations.incidents import change
from hub.storage.accounts import Role, find_operator
from hub.storage.contacts import contact_name
from hub.storage.incident_views import IncidentView
from hub.storage.refusals import refused_as

router = APIRouter(prefix="/incidents/{incident_id}", tags=["incidents"])

DeskCaller = Annotated[Caller, requires(*DESK_ROLES)]
#: Who may close what another holds.
_OVERRIDING_ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR})


class NoBody(Body):
    """Nothing need be said."""


class ContactAttempt(Body):
    """Somebody was called: who (by default the contact of that id), and what came of it."""

    contact_id: UUID | None = None
    who: Name | None = None
    phone: Phone | None = None
    outcome: Literal["reached", "no_answer", "busy", "wrong_number", "declined"] | None = None
    note: LongText | None = None


class Responding(Body):
    """Somebody is on the way; by default whoever says so."""

    name: Name | None = None
    eta_minutes: WholeNumber | None = Field(default=None, ge=0, le=24 * 60)
    phone: Phone | None = None


class Arrived(Body):
    """Somebody is there; by default whoever was on the way."""

    name: Name | None = None


class Note(Body):
    """Something worth knowing."""

    text: Annotated[LongText, Field(min_length=1, validation_alias=AliasChoices("text", "note"))]


class HandOver(Body):
    """To whom the incident goes."""

    operator_id: UUID
    note: LongText | None = None


class Closing(Body):
    """How it ended."""

    disposition: Disposition
    note: LongText | None = None


class Reopening(Body):
    """Why the close is undone."""

    note: LongText | None = None


async def _change(caller: Caller, incident_id: UUID, action: str, command: Command) -> IncidentView:
    await change(caller.incidents, incident_id, command)
    incident = await read_incident(caller, incident_id)
    await caller.record(action, "incident", incident_id, incident.division_id)
    return incident


def _params(body: Body) -> dict[str, Param]:
    """What was said, as the log keeps it."""
    return {name: value for name, value in body.model_dump(mode="json").items() if value is not None}


@router.post("/acknowledge")
async def take(incident_id: UUID, caller: DeskCaller, _body: NoBody | None = None) -> IncidentView:
    """Take it: notifications that have not left do not leave, the device learns that a person has it."""
    return await _change(caller, incident_id, "acknowledge", commands.Acknowledge(actor=caller.actor))


@router.post("/contact-attempts")
async def attempt_contact(incident_id: UUID, body: ContactAttempt, caller: DeskCaller) -> IncidentView:
    """Somebody was called, reached or not."""
    said = _params(body)
    if body.contact_id is not None and body.who is None:
        said["who"] = await contact_name(caller.connection, body.contact_id, caller.scope)
    command = commands.LogContactAttempt(actor=caller.actor, params=said)
    return await _change(caller, incident_id, "log_contact_attempt", command)


@router.post("/responding")
async def send_responder(incident_id: UUID, caller: DeskCaller, body: Responding | None = None) -> IncidentView:
    """Somebody is on the way; only now may the wearer be told that help is coming."""
    said = _params(body) if body is not None else {}
    command = commands.SetResponding(actor=caller.actor, params=said)
    return await _change(caller, incident_id, "set_responding", command)


@router.post("/arrived")
async def arrive(incident_id: UUID, caller: DeskCaller, body: Arrived | None = None) -> IncidentView:
    """The responder is there."""
    said = _params(body) if body is not None else {}
    return await _change(caller, incident_id, "set_arrived", commands.SetArrived(actor=caller.actor, params=said))


@router.post("/notes")
async def write_note(incident_id: UUID, body: Note, caller: DeskCaller) -> IncidentView:
    """A note in the log."""
    return await _change(caller, incident_id, "add_note", commands.AddNote(actor=caller.actor, text=body.text))


@router.post("/hand-over")
async def give(incident_id: UUID, body: HandOver, caller: DeskCaller) -> IncidentView:
    """Give it to another person of the desk; a note goes into the log with it."""
    incident_now = await read_incident(caller, incident_id)
    to = await find_operator(caller.connection, body.operator_id, incident_now.division_id)
    if to is None:
        raise unacceptable("operator_id", "unknown_reference", "names nobody who may hold this incident")
    command = commands.HandOver(actor=caller.actor, to=to, note=body.note or None)
    return await _change(caller, incident_id, "hand_over", command)


@router.post("/close")
async def finish(incident_id: UUID, body: Closing, caller: DeskCaller) -> IncidentView:
    """Record how it ended; an open one is taken and closed in one, another's only by a supervisor."""
    command = commands.Close(
        actor=caller.actor,
        disposition=body.disposition,
        note=body.note,
        may_override=caller.role in _OVERRIDING_ROLES,
    )
    return await _change(caller, incident_id, "close", command)


@router.post("/reopen")
async def undo_close(incident_id: UUID, caller: DeskCaller, body: Reopening | None = None) -> IncidentView:
    """Undo a close: the ladder starts anew. 409 when a newer one of its kind is not closed."""
    note = body.note if body is not None else None
    with refused_as("another_not_closed"):
        return await _change(caller, incident_id, "reopen", commands.Reopen(actor=caller.actor, note=note))
