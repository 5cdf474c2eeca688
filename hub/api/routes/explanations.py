"""Why an incident is as it is: its story in the reader's language, and whether its commands replay."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from hub.api.callers import LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.explain.gathered import gather
from hub.explain.shapes import IncidentExplanation
from hub.explain.story import explain
from hub.words.language import Language, Words

router = APIRouter(tags=["incidents"])


@router.get("/incidents/{incident_id}/explanation")
async def get(
    incident_id: UUID,
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    language: Annotated[Language, Query(description="In which its sentences are.")] = Language.ZH,
) -> IncidentExplanation:
    """What was observed, what was decided by which rules, whom it told, and whether it replays. A look is on record."""
    gathered = await gather(caller.connection, incident_id, caller.scope)
    if gathered is None:
        raise not_found("incident")
    await caller.record("look", "incident", incident_id, gathered.about.division_id)
    return explain(gathered, Words(language, caller.parts.settings.zone))
