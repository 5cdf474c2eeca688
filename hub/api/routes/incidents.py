"""Incidents as they are read, and those that come by telephone."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from alerts.engine import judge_phone_report
from alerts.incidents import IncidentState
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from hub.api.callers import DESK_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found, unacceptable
from hub.api.shapes import PAGE_ROWS, Body, Cursor, Limit, LongText, Phone, Search, WithinDivision
from hub.stations.incidents import open_or_join
from hub.stations.records import AlertRequest
from hub.stations.retry import NotificationState
from hub.storage import stream
from hub.storage.callers import caller_subject
from hub.storage.database import database_now
from hub.storage.incident_views import (
    IncidentFile,
    IncidentFilter,
    IncidentView,
    find_incident,
    find_incident_file,
    list_by_need,
    list_incidents,
)
from hub.storage.notification_views import (
    ListedNotificationView,
    WantedNotifications,
    list_notifications,
)
from hub.storage.recipients import find_recipient
from hub.storage.views import Page

router = APIRouter(tags=["incidents"])

#: The stream's position before the list was read: what happens later is replayed from there.
POSITION_HEADER = "X-Stream-Position"


class PhoneReport(Body):
    """A call to the hotline: about somebody on file, or from a number that is on none."""

    kind: Literal["phone_report"] = "phone_report"
    recipient_id: UUID | None = None
    caller_phone: Phone | None = None
    note: LongText = ""


@router.get("/incidents")
async def list_all(
    response: Response,
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    state: Annotated[list[IncidentState] | None, Query()] = None,
    kind: Annotated[list[IncidentKind] | None, Query()] = None,
    recipient_id: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = None,
    order: Annotated[Literal["newest", "need"], Query()] = "newest",
    limit: Limit = PAGE_ROWS,
) -> Page[IncidentView]:
    """Incidents in scope; the header says from which position the stream goes on.

    The newest first, or - of those that are not closed - the most needed first (`order=need`): what nobody has before
    what somebody has, then the graver, then what is furthest past its clock, then the oldest.
    """
    if order == "need" and IncidentState.CLOSED in (state or ()):
        raise unacceptable("state", "not_in_this_order", "closed is not needed any more: leave it out, or order")
    _, position = await stream.bounds(caller.connection)
    response.headers[POSITION_HEADER] = str(position)
    wanted = IncidentFilter(states=tuple(state or ()), kinds=tuple(kind or ()), recipient_id=recipient_id)
    list_ordered = list_by_need if order == "need" else list_incidents
    return await list_ordered(caller.connection, caller.scope, wanted, cursor=cursor, limit=limit)


@router.get("/incidents/{incident_id}")
async def get(incident_id: UUID, caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> IncidentFile:
    """One incident with its log, notifications, devices and policy. The look is on record."""
    incident = await find_incident_file(caller.connection, incident_id, caller.scope)
    if incident is None:
        raise not_found("incident")
    await caller.record("look", "incident", incident_id, incident.division_id)
    return incident


@router.post(
    "/incidents",
    status_code=201,
    responses={200: {"model": IncidentView, "description": "It joined one that is not closed."}},
)
async def report(
    body: PhoneReport, response: Response, caller: Annotated[Caller, requires(*DESK_ROLES)]
) -> IncidentView:
    """A telephone call is an incident like any other; 200 when it joins one that is not closed."""
    if body.recipient_id is None and body.caller_phone is None:
        raise unacceptable("caller_phone", "missing", "is needed unless recipient_id says who it is about")
    now = await database_now(caller.connection)
    subject, division_id = await _subject(caller, body)
    opened = await open_or_join(
        caller.incidents,
        AlertRequest(
            division_id=division_id,
            subject=subject,
            recipient_id=body.recipient_id,
            alert=judge_phone_report(body.note),
            occurred_at=now,
            received_at=now,
            caller_phone=body.caller_phone,
        ),
        now,
    )
    if not opened.opened:
        response.status_code = 200
    await caller.record("report", "incident", opened.incident_id, division_id)
    return await read_incident(caller, opened.incident_id)


async def _subject(caller: Caller, body: PhoneReport) -> tuple[Subject, str]:
    """Whom the call is about, and in which division."""
    if body.recipient_id is None:
        subject = await caller_subject(caller.connection, caller.division_id, body.caller_phone or "")
        return subject, caller.division_id
    recipient = await find_recipient(caller.connection, body.recipient_id, caller.scope)
    if recipient is None:
        raise unacceptable("recipient_id", "unknown_reference", "names nobody that is there")
    return Subject(type=SubjectType.RECIPIENT, id=str(recipient.id)), recipient.division_id


async def read_incident(caller: Caller, incident_id: UUID) -> IncidentView:
    """The incident as every answer shows it."""
    incident = await find_incident(caller.connection, incident_id, caller.scope)
    if incident is None:
        raise not_found("incident")
    return incident


@router.get("/notifications")
async def notifications(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    incident_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[list[NotificationState] | None, Query()] = None,
    division_id: WithinDivision = None,
    q: Search = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[ListedNotificationView]:
    """What was owed to people and what became of it, the newest first; numbers are masked.

    `q` finds by who was told, whom it is about, the end of the number and the incident's code.
    """
    wanted = WantedNotifications(incident_id=incident_id, states=state or (), search=q)
    scope = caller.scope_within(division_id)
    return await list_notifications(caller.connection, scope, wanted, cursor=cursor, limit=limit)
