"""The queues beside the emergency one: maintenance, follow-ups, and messages nobody could read."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from alerts.actors import ActorType
from hub.api.callers import DESK_ROLES, EVERY_ROLE, INSTALLING_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import ProblemError, not_found
from hub.api.shapes import PAGE_ROWS, Body, Cursor, Limit, LongText
from hub.storage.accounts import Role
from hub.storage.quarantine_views import QuarantineView, list_quarantine
from hub.storage.queues import (
    FollowUpView,
    MaintenanceView,
    acknowledge_follow_up,
    close_follow_up,
    close_maintenance,
    follow_ups_by_id,
    list_follow_ups,
    list_maintenance,
    maintenance_by_id,
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


@router.get("/maintenance")
async def maintenance(
    caller: Annotated[Caller, requires(*EVERY_ROLE)],
    state: Annotated[list[Literal["open", "cleared", "closed"]] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[MaintenanceView]:
    """What is wrong with equipment, the newest first."""
    page = await list_maintenance(caller.connection, caller.scope, states=state or (), cursor=cursor, limit=limit)
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


@router.get("/follow-ups")
async def follow_ups(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    state: Annotated[list[Literal["open", "acknowledged", "closed"]] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[FollowUpView]:
    """Whom to call, then to visit, the newest first."""
    return await list_follow_ups(caller.connection, caller.scope, states=state or (), cursor=cursor, limit=limit)


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


@router.get("/quarantine")
async def quarantine(
    caller: Annotated[Caller, requires(*EVERY_ROLE)],
    device_id: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[QuarantineView]:
    """Messages nobody could read, with the reason and their beginning, the newest first."""
    return await list_quarantine(caller.connection, caller.scope, device_id=device_id, cursor=cursor, limit=limit)
