"""Groups: incidents that came together, with the reason, and what of them one person may take in one go."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from alerts.incidents.commands import Acknowledge
from hub.api.callers import DESK_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.shapes import PAGE_ROWS, Body, Cursor, Limit
from hub.stations.incidents import change
from hub.storage import groups
from hub.storage.database import database_now
from hub.storage.groups import IncidentGroupView
from hub.storage.views import Page

router = APIRouter(prefix="/incident-groups", tags=["incidents"])


class NoBody(Body):
    """Nothing need be said."""


class TakenGroupView(IncidentGroupView):
    """The group as it is now, and which of its members the caller has taken just now."""

    taken: list[UUID]


@router.get("")
async def list_all(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)], cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> Page[IncidentGroupView]:
    """Groups of which something is not closed, the newest first; members and counts are those in scope."""
    now = await database_now(caller.connection)
    return await groups.list_groups(caller.connection, caller.scope, now, cursor=cursor, limit=limit)


@router.get("/{group_id}")
async def get(group_id: UUID, caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> IncidentGroupView:
    """One group, also when all of it is closed. The look is on record."""
    group = await _find(caller, group_id)
    await caller.record("look", "incident_group", group_id)
    return group


@router.post("/{group_id}/acknowledge")
async def take(
    group_id: UUID, caller: Annotated[Caller, requires(*DESK_ROLES)], _body: NoBody | None = None
) -> TakenGroupView:
    """Take what nobody has, each incident by itself - but never an SOS, a fall or an event that nobody can read.

    Those, and what somebody is busy with just now, are left as they are: `members` says how each stands.
    """
    await _find(caller, group_id)
    taken = await groups.lock_takeable(caller.connection, group_id, caller.scope)
    for incident_id in taken:
        await change(caller.incidents, incident_id, Acknowledge(actor=caller.actor))
        await caller.record("acknowledge", "incident", incident_id)
    group = await _find(caller, group_id)
    return TakenGroupView(**group.model_dump(), taken=taken)


async def _find(caller: Caller, group_id: UUID) -> IncidentGroupView:
    now = await database_now(caller.connection)
    group = await groups.find_group(caller.connection, group_id, caller.scope, now)
    if group is None:
        raise not_found("incident group")
    return group
