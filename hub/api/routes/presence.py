"""Who sits at which desk, now: a desk says so every few seconds."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from hub.api.callers import DESK_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.manning import SaidPresence, speak_for_desk
from hub.api.shapes import Body, Text
from hub.storage.presence import DeskView, list_desks
from hub.storage.views import Page

router = APIRouter(prefix="/presence", tags=["shifts"])


class Presence(Body):
    """Whether somebody sits at a desk. Said every few seconds; what has not been said for 30 s counts as nobody."""

    state: Literal["present", "away"]
    desk_id: Annotated[Text, Field(min_length=1, max_length=64)]


@router.post("")
async def say(body: Presence, caller: Annotated[Caller, requires(*DESK_ROLES)]) -> SaidPresence:
    """Say that somebody sits at a desk, or steps away from it.

    When the last one steps away, or their desk falls silent, ladders pass the desk over until somebody is back; one
    that has just sounded it goes on at once when the last one steps away.
    """
    return await speak_for_desk(caller, body.desk_id, body.state)


@router.get("")
async def desks(caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> Page[DeskView]:
    """The desks that have spoken in the last day, and whether somebody sits at them."""
    return Page(items=await list_desks(caller.connection, caller.scope))
