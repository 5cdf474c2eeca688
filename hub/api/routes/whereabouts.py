"""Where the person of an incident is likely to be; for those who send somebody there, each look on record."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from hub.api.callers import DESK_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.storage.whereabouts import WhereaboutsView, find_whereabouts

router = APIRouter(prefix="/incidents", tags=["map"])


@router.get("/{incident_id}/whereabouts")
async def whereabouts(incident_id: UUID, caller: Annotated[Caller, requires(*DESK_ROLES)]) -> WhereaboutsView:
    """The home, and the newest position that may be known. The look is on record."""
    found = await find_whereabouts(caller.connection, incident_id, caller.scope)
    if found is None:
        raise not_found("incident")
    where, division_id = found
    await caller.record("look_whereabouts", "incident", incident_id, division_id)
    return where
