"""The queues beside the emergency one: maintenance and follow-ups, how they are worked, and what of them is overdue."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from alerts.actors import ActorType
from alerts.kinds import FollowUpKind, MaintenanceKind
from hub.api.callers import DESK_ROLES, INSTALLING_ROLES, LOOKING_ROLES, SEEING_ROLES, Caller, requires
from hub.api.problems import ProblemError, not_found
from hub.api.shapes import PAGE_ROWS, Body, Cursor, Limit, LongText, Name, Search, WithinDivision
from hub.storage.accounts import Role
from hub.storage.queue_notes import NewQueueNote
from hub.storage.queues import (
    FollowUpView,
    MaintenanceView,
    OverdueView,
    WantedFollowUps,
    WantedMaintenance,
    acknowledge_follow_up,
    close_follow_up,
    close_maintenance,
    count_overdue,
    follow_ups_by_id,
    list_follow_ups,
    list_maintenance,
    maintenance_by_id,
    note_follow_up,
    note_maintenance,
)
from hub.storage.views import Page

router = APIRouter(tags=["queues"])


class MaintenanceClosing(Body):
    """What was done."""

    note: LongText | None = None


class FollowUpClosing(Body):
    """How it ended: the person is well, needs help, could not be reached, or it was not needed."""

    disposition: Literal["well", "helped", "unreachable", "not_needed", "real", "false", "test", "other"] = "other"
    note: LongText | None = None


class MaintenanceNote(Body):
    """What was found, ordered or tried."""

    text: Annotated[LongText, Field(min_length=1)]


class FollowUpNote(Body):
    """What was done: something worth knowing, a call and what came of it, or who goes there."""

    kind: Literal["note", "call", "visit"] = "note"
    who: Name | None = None
    outcome: Literal["reached", "no_answer", "busy", "wrong_number", "declined"] | None = None
    text: LongText | None = None

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        if (self.kind == "call") != (self.outcome is not None):
            raise ValueError("outcome belongs to a call, which needs it")
        if self.kind == "visit" and self.who is None:
            raise ValueError("a visit needs who goes there")
        if self.kind == "note" and not (self.text or "").strip():
            raise ValueError("a note needs its text")
        return self


@router.get("/maintenance")
async def maintenance(
    caller: Annotated[Caller, requires(*SEEING_ROLES)],
    state: Annotated[list[Literal["open", "cleared", "closed"]] | None, Query()] = None,
    kind: Annotated[list[MaintenanceKind] | None, Query()] = None,
    device_id: Annotated[UUID | None, Query()] = None,
    division_id: WithinDivision = None,
    overdue: Annotated[bool, Query(description="Only what is open for longer than it may be.")] = False,
    q: Search = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[MaintenanceView]:
    """What is wrong with equipment, the newest first; `q` finds by device, place and - not for vendors - person."""
    wanted = WantedMaintenance(
        states=state or (),
        kinds=kind or (),
        device_id=device_id,
        overdue=overdue,
        search=q,
        people=caller.role is not Role.VENDOR,
    )
    page = await list_maintenance(
        caller.connection, caller.scope_within(division_id), wanted, cursor=cursor, limit=limit
    )
    if caller.role is not Role.VENDOR:
        return page
    return Page(items=[item.without_people() for item in page.items], next=page.next)


@router.post("/maintenance/{item_id}/close")
async def finish_maintenance(
    item_id: UUID,
    caller: Annotated[Caller, requires(*INSTALLING_ROLES)],
    body: MaintenanceClosing | None = None,
) -> MaintenanceView:
    """It is dealt with; the next report opens a new item. Closing what is over already changes nothing."""
    note = body.note if body is not None else None
    if await close_maintenance(caller.connection, item_id, caller.scope, caller.actor, note):
        await caller.record("close", "maintenance", item_id)
    item = (await maintenance_by_id(caller.connection, [item_id], caller.scope)).get(item_id)
    if item is None:
        raise not_found("maintenance item")
    return item


@router.post("/maintenance/{item_id}/notes")
async def note_on_maintenance(
    item_id: UUID, body: MaintenanceNote, caller: Annotated[Caller, requires(*INSTALLING_ROLES)]
) -> MaintenanceView:
    """Put on record what was done about an open item; 409 when it is over."""
    note = NewQueueNote(kind="note", text=body.text)
    noted = await note_maintenance(caller.connection, item_id, caller.scope, caller.actor, note)
    item = (await maintenance_by_id(caller.connection, [item_id], caller.scope)).get(item_id)
    if item is None:
        raise not_found("maintenance item")
    if not noted:
        raise ProblemError(409, "closed", "This item is over.")
    await caller.record("note", "maintenance", item_id, item.division_id)
    return item


@router.get("/queues/overdue")
async def overdue(caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> OverdueView:
    """How much of each queue has waited longer than it may: an item 24 h, a follow-up an hour and then a day."""
    return await count_overdue(caller.connection, caller.scope)


@router.get("/follow-ups")
async def follow_ups(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    state: Annotated[list[Literal["open", "acknowledged", "closed"]] | None, Query()] = None,
    kind: Annotated[list[FollowUpKind] | None, Query()] = None,
    recipient_id: Annotated[UUID | None, Query()] = None,
    division_id: WithinDivision = None,
    overdue: Annotated[bool, Query(description="Only what nobody took, or settled, in time.")] = False,
    q: Search = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[FollowUpView]:
    """Whom to call, then to visit, the newest first."""
    wanted = WantedFollowUps(states=state or (), kinds=kind or (), recipient_id=recipient_id, overdue=overdue, search=q)
    scope = caller.scope_within(division_id)
    return await list_follow_ups(caller.connection, scope, wanted, cursor=cursor, limit=limit)


@router.post("/follow-ups/{follow_up_id}/notes")
async def note_on_follow_up(
    follow_up_id: UUID, body: FollowUpNote, caller: Annotated[Caller, requires(*DESK_ROLES)]
) -> FollowUpView:
    """Put on record what was done; who calls or goes there has taken it, unless somebody else has. 409 when closed."""
    note = NewQueueNote(kind=body.kind, who=body.who, outcome=body.outcome, text=body.text)
    noted = await note_follow_up(caller.connection, follow_up_id, caller.scope, caller.actor, note)
    follow_up = await _follow_up(caller, follow_up_id)
    if not noted:
        raise _refused(follow_up)
    await caller.record(body.kind, "follow_up", follow_up_id, follow_up.division_id)
    return follow_up


@router.post("/follow-ups/{follow_up_id}/acknowledge")
async def take_follow_up(follow_up_id: UUID, caller: Annotated[Caller, requires(*DESK_ROLES)]) -> FollowUpView:
    """Take it; 409 with the holder when somebody was first."""
    taken = await acknowledge_follow_up(caller.connection, follow_up_id, caller.scope, caller.actor)
    follow_up = await _follow_up(caller, follow_up_id)
    if not taken and not _holds(caller, follow_up):
        raise _refused(follow_up)
    await caller.record("acknowledge", "follow_up", follow_up_id, follow_up.division_id)
    return follow_up


@router.post("/follow-ups/{follow_up_id}/close")
async def finish_follow_up(
    follow_up_id: UUID, body: FollowUpClosing, caller: Annotated[Caller, requires(*DESK_ROLES)]
) -> FollowUpView:
    """Record how it ended; 409 when it is closed already."""
    closed = await close_follow_up(
        caller.connection, follow_up_id, caller.scope, caller.actor, body.disposition, body.note
    )
    follow_up = await _follow_up(caller, follow_up_id)
    if not closed:
        raise _refused(follow_up)
    await caller.record("close", "follow_up", follow_up_id, follow_up.division_id)
    return follow_up


async def _follow_up(caller: Caller, follow_up_id: UUID) -> FollowUpView:
    follow_up = (await follow_ups_by_id(caller.connection, [follow_up_id], caller.scope)).get(follow_up_id)
    if follow_up is None:
        raise not_found("follow-up")
    return follow_up


def _holds(caller: Caller, follow_up: FollowUpView) -> bool:
    holder = follow_up.acknowledged_by
    mine = holder is not None and (ActorType(holder.type), holder.id) == (caller.actor.type, caller.actor.id)
    return mine and follow_up.state == "acknowledged"


def _refused(follow_up: FollowUpView) -> ProblemError:
    holder = follow_up.acknowledged_by
    code = "closed" if follow_up.state == "closed" else "held"
    sentence = "This follow-up is closed." if code == "closed" else "Somebody else has this follow-up."
    return ProblemError(409, code, sentence, holder=holder.model_dump() if holder else None)
