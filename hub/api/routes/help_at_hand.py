"""Whom else to call about an incident, and what happens next if nobody takes it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from hub.api.callers import LOOKING_ROLES, Caller, requires
from hub.api.routes.incidents import read_incident
from hub.storage.help_at_hand import HelpAtHandView, help_at_hand

router = APIRouter(prefix="/incidents/{incident_id}", tags=["incidents"])


@router.get("/help")
async def get(incident_id: UUID, caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> HelpAtHandView:
    """Who has duty for the place now, with their numbers, and the next step of the ladder. The look is on record."""
    incident = await read_incident(caller, incident_id)
    await caller.record("look_help", "incident", incident_id, incident.division_id)
    return await help_at_hand(caller.connection, incident)
