"""Calls to the desk (来电登记): who may be calling, and what becomes of the call."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from alerts.engine import judge_phone_report
from alerts.explanation import Param
from alerts.incidents.commands import AddNote, LogContactAttempt
from alerts.kinds import SubjectType
from alerts.observations import Subject
from hub.api.callers import DESK_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found, unacceptable
from hub.api.shapes import PAGE_ROWS, Body, Cursor, Limit, LongText, Name, Phone, Search, Text, YesOrNo
from hub.stations.calls import join_by_call, take_with_call
from hub.stations.incidents import change, open_or_join
from hub.stations.records import AlertRequest
from hub.storage import stream
from hub.storage.callers import caller_subject
from hub.storage.calls import (
    TAIL_DIGITS_MIN,
    CallerLookupView,
    CallerType,
    CallerView,
    CallOutcome,
    CallView,
    Purpose,
    RegisteredCall,
    bare_number,
    find_call,
    list_calls,
    register_call,
    whose_number,
)
from hub.storage.database import database_now
from hub.storage.incident_views import IncidentView, find_incident
from hub.storage.recipients import find_recipient
from hub.storage.views import Page

router = APIRouter(tags=["calls"])

DeskCaller = Annotated[Caller, requires(*DESK_ROLES)]


class WhoCalled(Body):
    """Who it was, as far as the desk knows."""

    type: CallerType = "unknown"
    name: Name


class NewCall(Body):
    """A call, and what is to become of it: `open` an incident, `join` the one of `incident_id`, or `log` it only.

    `take`: whoever registers it takes it, and the contact with the caller is logged.
    """

    number: Phone | None = None
    caller: WhoCalled | None = None
    recipient_id: UUID | None = None
    purpose: Purpose
    note: LongText = ""
    then: Literal["open", "join", "log"]
    incident_id: UUID | None = None
    take: YesOrNo = True


class CallAnswer(CallView):
    """The call as it is on record, and its incident as it now is."""

    incident_now: IncidentView | None


@router.get("/callers")
async def look_up(
    phone: Annotated[Text, Query(description="A number, or its last digits.")], caller: DeskCaller
) -> CallerLookupView:
    """Who may be calling: people, their devices, contacts and helpers of the scope, with what is open of theirs.

    Whoever was found was looked at: that is on record.
    """
    number = await bare_number(caller.connection, phone)
    if len(number) < TAIL_DIGITS_MIN:
        raise unacceptable("phone", "too_short", f"needs at least {TAIL_DIGITS_MIN} digits")
    found = await whose_number(caller.connection, caller.scope, number)
    for person in {match.recipient.id: match.recipient for match in found.items if match.recipient}.values():
        await caller.record("look_up", "recipient", person.id, person.division_id)
    return found


@router.get("/calls")
async def list_all(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    search: Search = None,
    purpose: Annotated[Purpose | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[CallView]:
    """Calls on record, the newest first. The look is on record."""
    await caller.record("list", "call", caller.division_id)
    return await list_calls(caller.connection, caller.scope, search=search, purpose=purpose, cursor=cursor, limit=limit)


@router.post("/calls", status_code=201)
async def register(body: NewCall, caller: DeskCaller) -> CallAnswer:
    """Put a call on record, and do what it asks for. A call for help is opened or joined, never only logged."""
    if body.purpose == "help" and body.then == "log":
        raise unacceptable("then", "help_is_not_only_logged", "must be open or join: somebody asks for help")
    division_id = await _division_of_person(caller, body)
    outcome: CallOutcome = "logged"
    incident: IncidentView | None = None
    if body.then == "join":
        incident, outcome = await _join(caller, body), "joined"
    elif body.then == "open":
        incident, outcome = await _open(caller, body, division_id)
    call = RegisteredCall(
        division_id=division_id if incident is None else incident.division_id,
        number=body.number,
        caller=None if body.caller is None else CallerView(**body.caller.model_dump()),
        recipient_id=body.recipient_id or (incident.recipient.id if incident and incident.recipient else None),
        purpose=body.purpose,
        note=body.note,
        outcome=outcome,
        incident_id=None if incident is None else incident.id,
    )
    call_id = await register_call(caller.connection, call, caller.actor)
    await caller.record("register", "call", call_id, call.division_id)
    kept = await find_call(caller.connection, call_id, caller.scope)
    if kept is None:
        raise not_found("call")
    return CallAnswer(**kept.model_dump(), incident_now=incident)


async def _division_of_person(caller: Caller, body: NewCall) -> str:
    if body.recipient_id is None:
        return caller.division_id
    recipient = await find_recipient(caller.connection, body.recipient_id, caller.scope)
    if recipient is None:
        raise unacceptable("recipient_id", "unknown_reference", "names nobody that is there")
    return recipient.division_id


async def _open(caller: Caller, body: NewCall, division_id: str) -> tuple[IncidentView, CallOutcome]:
    """An incident of the person, or of the number that called; the one that is open already is joined."""
    if body.recipient_id is not None:
        subject = Subject(type=SubjectType.RECIPIENT, id=str(body.recipient_id))
    elif body.number is not None:
        subject = await caller_subject(caller.connection, division_id, body.number)
    else:
        raise unacceptable("number", "missing", "is needed unless recipient_id says who it is about")
    request = await _request(caller, body, subject, division_id, body.recipient_id)
    opened = await open_or_join(caller.incidents, request, request.received_at)
    if body.take:
        await take_with_call(caller.incidents, opened.incident_id, caller.actor, _spoken(body))
    await caller.record("report", "incident", opened.incident_id, division_id)
    return await _read(caller, opened.incident_id), "opened" if opened.opened else "joined"


async def _join(caller: Caller, body: NewCall) -> IncidentView:
    """A cry for help is a further alert; who rings back was reached; all else is a note."""
    incident = None
    if body.incident_id is not None:
        incident = await find_incident(caller.connection, body.incident_id, caller.scope)
    if incident is None:
        raise unacceptable("incident_id", "unknown_reference", "names no incident that is there")
    if body.purpose == "help":
        subject = Subject(type=SubjectType(incident.subject.type), id=incident.subject.id)
        of_whom = None if incident.recipient is None else incident.recipient.id
        request = await _request(caller, body, subject, incident.division_id, of_whom)
        await join_by_call(caller.incidents, incident.id, request)
        if body.take:
            await take_with_call(caller.incidents, incident.id, caller.actor, _spoken(body))
    else:
        await _note(caller, body, incident)
    await caller.record("join_call", "incident", incident.id, incident.division_id)
    return await _read(caller, incident.id)


async def _note(caller: Caller, body: NewCall, incident: IncidentView) -> None:
    spoken = _spoken(body)
    if body.purpose == "reply" and spoken is not None:
        params = {**spoken, "note": body.note} if body.note else spoken
        await change(caller.incidents, incident.id, LogContactAttempt(actor=caller.actor, params=params))
    elif body.note.strip():
        await change(caller.incidents, incident.id, AddNote(actor=caller.actor, text=body.note))
    else:
        await stream.append(caller.connection, "incident", incident.id, incident.division_id)


async def _request(
    caller: Caller, body: NewCall, subject: Subject, division_id: str, recipient_id: UUID | None
) -> AlertRequest:
    now = await database_now(caller.connection)
    return AlertRequest(
        division_id=division_id,
        subject=subject,
        recipient_id=recipient_id,
        alert=judge_phone_report(body.note),
        occurred_at=now,
        received_at=now,
        caller_phone=body.number,
    )


def _spoken(body: NewCall) -> dict[str, Param] | None:
    """With whom, as the log keeps it; None when nobody can say."""
    who = body.caller.name if body.caller is not None else body.number
    if who is None:
        return None
    spoken: dict[str, Param] = {"who": who, "outcome": "reached"}
    return spoken if body.number is None else {**spoken, "phone": body.number}


async def _read(caller: Caller, incident_id: UUID) -> IncidentView:
    incident = await find_incident(caller.connection, incident_id, caller.scope)
    if incident is None:
        raise not_found("incident")
    return incident
