"""Incidents that turn out to be one matter: which may be, and merging them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from hub.api.callers import DESK_ROLES, Caller, requires
from hub.api.problems import unacceptable
from hub.api.routes.incidents import read_incident
from hub.api.shapes import Body
from hub.stations.merging import merge
from hub.storage.accounts import Role
from hub.storage.incident_views import IncidentView, incidents_by_id
from hub.storage.merge_targets import merge_targets
from hub.storage.views import Page

router = APIRouter(prefix="/incidents/{incident_id}", tags=["incidents"])

#: Who may merge what another holds.
_OVERRIDING_ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR})


class Merging(Body):
    """Which one goes on for both."""

    into: UUID


@router.get("/merge-targets")
async def list_targets(incident_id: UUID, caller: Annotated[Caller, requires(*DESK_ROLES)]) -> Page[IncidentView]:
    """What is not closed and may be the same matter: of the same person, device or caller. The look is on record."""
    incident = await read_incident(caller, incident_id)
    await caller.record("look", "incident", incident_id, incident.division_id)
    targets = await merge_targets(caller.connection, incident_id, caller.scope)
    views = await incidents_by_id(caller.connection, targets, caller.scope)
    return Page(items=[views[each] for each in targets if each in views])


@router.post("/merge")
async def merge_into(
    incident_id: UUID, body: Merging, caller: Annotated[Caller, requires(*DESK_ROLES)]
) -> IncidentView:
    """Close it as a duplicate of another of the same person or caller, which goes on for both; that one is answered.

    What nobody has is taken with it. What another holds is merged only by a supervisor. 409 when either is closed.
    """
    merged = await read_incident(caller, incident_id)
    if body.into not in await merge_targets(caller.connection, incident_id, caller.scope):
        raise unacceptable("into", "unknown_reference", "names nothing that is open and of the same person or caller")
    going_on = await read_incident(caller, body.into)
    await merge(
        caller.incidents,
        incident_id,
        body.into,
        (merged.code, going_on.code),
        caller.actor,
        may_override=caller.role in _OVERRIDING_ROLES,
    )
    await caller.record("merge", "incident", incident_id, merged.division_id)
    await caller.record("take_in", "incident", body.into, going_on.division_id)
    return await read_incident(caller, body.into)
