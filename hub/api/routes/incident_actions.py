"""What people do to an incident. The core decides under the row lock; each answer is the incident as it now is.

409 says who was first, with the holder.
"""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AliasChoices, Field

from alerts.explanation import Param
from alerts.incidents import Disposition, Ending, FalseCause, RefusedError, commands
from alerts.incidents.commands import Command
from alerts.severity import Severity
from hub.api.callers import DESK_ROLES, INSTALLING_ROLES, Caller, requires
from hub.api.problems import unacceptable
from hub.api.routes.incidents import read_incident
from hub.api.shapes import POLICY_NAME, Body, LongText, Name, Phone, WholeNumber
from hub.stations.incidents import change
from hub.storage.accounts import Role, find_operator
from hub.storage.contacts import contact_name
from hub.storage.incident_views import IncidentView
from hub.storage.policies import find_adoptable
from hub.storage.refusals import refused_as
from hub.storage.test_windows import note_confirmed_test

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


class ChangedSeverity(Body):
    """How grave it is; lowering it needs the reason."""

    severity: Severity
    reason: LongText | None = None


class AdoptedPolicy(Body):
    """By which policy it is escalated from now on."""

    name: Annotated[str, Field(pattern=POLICY_NAME)]


class Closing(Body):
    """How it ended: what came of a real one, why there was a false one."""

    disposition: Disposition
    outcome: Ending | None = None
    cause: FalseCause | None = None
    note: LongText | None = None


class ConfirmedTest(Body):
    """What was tested."""

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


@router.post("/severity")
async def change_severity(incident_id: UUID, body: ChangedSeverity, caller: DeskCaller) -> IncidentView:
    """Raise or lower it by hand. The policy stays the one it opened with; lowering needs a reason, and is on record."""
    command = commands.ChangeSeverity(actor=caller.actor, severity=body.severity, reason=body.reason)
    try:
        return await _change(caller, incident_id, "change_severity", command)
    except RefusedError as refused:
        if refused.code == "reason_missing":
            raise unacceptable("reason", "missing", "is needed to lower the severity") from None
        raise


@router.post("/policy")
async def adopt_policy(incident_id: UUID, body: AdoptedPolicy, caller: DeskCaller) -> IncidentView:
    """Escalate it by this policy as it now is. An open incident begins it anew, no later than its next step was due."""
    incident_now = await read_incident(caller, incident_id)
    policy = await find_adoptable(caller.connection, body.name, caller.scope, incident_now.division_id)
    if policy is None:
        raise unacceptable("name", "unknown_reference", "names no policy for this incident")
    command = commands.AdoptPolicy(actor=caller.actor, policy=policy)
    return await _change(caller, incident_id, "adopt_policy", command)


@router.post("/close")
async def finish(incident_id: UUID, body: Closing, caller: DeskCaller) -> IncidentView:
    """Record how it ended; an open one is taken and closed in one, another's only by a supervisor."""
    if body.outcome is not None and body.disposition is not Disposition.REAL:
        raise unacceptable("outcome", "does_not_fit", "is of a real one only")
    if body.cause is not None and body.disposition is not Disposition.FALSE:
        raise unacceptable("cause", "does_not_fit", "is of a false one only")
    command = commands.Close(
        actor=caller.actor,
        disposition=body.disposition,
        outcome=body.outcome,
        cause=body.cause,
        note=body.note,
        may_override=caller.role in _OVERRIDING_ROLES,
    )
    return await _change(caller, incident_id, "close", command)


@router.post("/confirm-test")
async def confirm_test(
    incident_id: UUID, caller: Annotated[Caller, requires(*INSTALLING_ROLES)], body: ConfirmedTest | None = None
) -> IncidentView:
    """It was a test of the device: closed as one. 409 once its two minutes are over, or when it was in no window."""
    command = commands.ConfirmTest(
        actor=caller.actor,
        note=None if body is None else body.note,
        may_override=caller.role in _OVERRIDING_ROLES,
    )
    await change(caller.incidents, incident_id, command)
    await note_confirmed_test(caller.connection, incident_id)
    incident = await read_incident(caller, incident_id)
    await caller.record("confirm_test", "incident", incident_id, incident.division_id)
    return incident


@router.post("/reopen")
async def undo_close(incident_id: UUID, caller: DeskCaller, body: Reopening | None = None) -> IncidentView:
    """Undo a close: the ladder starts anew. 409 when a newer one of its kind is not closed."""
    note = body.note if body is not None else None
    with refused_as("another_not_closed"):
        return await _change(caller, incident_id, "reopen", commands.Reopen(actor=caller.actor, note=note))
