"""Who mans a desk, as callers say it, and what follows when nobody does."""

from typing import Literal

from pydantic import BaseModel

from hub.api.callers import Caller
from hub.stations.shifts import leave_desk
from hub.storage.presence import list_desks, say_presence
from hub.storage.shifts import open_without_desk


class SaidPresence(BaseModel):
    """Who else sits at a desk that sees what the caller sees; nobody: the desk is passed over by every ladder."""

    others_present: int
    manned: bool


async def speak_for_desk(caller: Caller, desk_id: str, state: Literal["present", "away"]) -> SaidPresence:
    """Put on record whether somebody sits there; with nobody left, what waits for the desk waits no longer."""
    await say_presence(caller.connection, caller.division_id, desk_id, caller.actor, state)
    desks = await list_desks(caller.connection, caller.scope)
    here = (caller.division_id, desk_id)
    others = sum(desk.state == "present" and (desk.division_id, desk.desk_id) != here for desk in desks)
    manned = state == "present" or others > 0
    if not manned:
        now = await caller.incidents.now()
        await leave_desk(caller.incidents, await open_without_desk(caller.connection, caller.scope, now))
    return SaidPresence(others_present=others, manned=manned)
