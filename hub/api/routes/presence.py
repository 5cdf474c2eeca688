"""Who sits at which desk, and handing over all that one holds when one leaves it."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from alerts.actors import Actor
from hub.api.callers import DESK_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import unacceptable
from hub.api.shapes import Body, LongText, Text
from hub.stations.shifts import hand_over_all, leave_desk
from hub.storage.accounts import find_operator
from hub.storage.presence import DeskView, list_desks, say_presence
from hub.storage.shifts import find_holder_id, held_by, open_without_desk
from hub.storage.views import ActorView, Page

router = APIRouter(tags=["shifts"])

DeskCaller = Annotated[Caller, requires(*DESK_ROLES)]


class Presence(Body):
    """Whether somebody sits at a desk. Said every few seconds; what has not been said for 30 s counts as nobody."""

    state: Literal["present", "away"]
    desk_id: Annotated[Text, Field(min_length=1, max_length=64)]


class SaidPresence(BaseModel):
    """Who else sits at a desk that sees what the caller sees; nobody: the desk is passed over by every ladder."""

    others_present: int
    manned: bool


class ShiftHandOver(Body):
    """To whom everything goes that one holds: a log-in, or an account's id."""

    to: Annotated[Text, Field(min_length=1)]
    note: LongText | None = None


class HandedOver(BaseModel):
    """What was handed over, and to whom."""

    to: ActorView
    incident_ids: list[str]


@router.post("/presence")
async def say(body: Presence, caller: DeskCaller) -> SaidPresence:
    """Say that somebody sits at a desk, or steps away from it.

    When the last one steps away, or their desk falls silent, ladders pass the desk over until somebody is back; one
    that has just sounded it goes on at once when the last one steps away.
    """
    await say_presence(caller.connection, caller.division_id, body.desk_id, caller.actor, body.state)
    desks = await list_desks(caller.connection, caller.scope)
    here = (caller.division_id, body.desk_id)
    others = sum(desk.state == "present" and (desk.division_id, desk.desk_id) != here for desk in desks)
    manned = body.state == "present" or others > 0
    if not manned:
        now = await caller.incidents.now()
        await leave_desk(caller.incidents, await open_without_desk(caller.connection, caller.scope, now))
    return SaidPresence(others_present=others, manned=manned)


@router.get("/presence")
async def desks(caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> Page[DeskView]:
    """The desks that have spoken in the last day, and whether somebody sits at them."""
    return Page(items=await list_desks(caller.connection, caller.scope))


@router.post("/shifts/hand-over")
async def hand_over(body: ShiftHandOver, caller: DeskCaller) -> HandedOver:
    """Give everything that one holds to the next, all or nothing; a note goes into the log of each."""
    held = await held_by(caller.connection, caller.actor, caller.scope)
    to = await _next(caller, body.to, [division_id for _, division_id in held])
    incident_ids = [incident_id for incident_id, _ in held]
    given = await hand_over_all(caller.incidents, incident_ids, caller.actor, to, body.note)
    for incident_id in given:
        await caller.record("hand_over", "incident", incident_id)
    return HandedOver(
        to=ActorView(type=to.type, id=to.id, name=to.name), incident_ids=[str(incident_id) for incident_id in given]
    )


async def _next(caller: Caller, account: str, division_ids: list[str]) -> Actor:
    """Who takes over: somebody else, who may hold each of these."""
    account_id = await find_holder_id(caller.connection, account)
    able = {
        None if account_id is None else await find_operator(caller.connection, account_id, division_id)
        for division_id in division_ids or [caller.division_id]
    }
    [to, *more] = able
    if to is None or more or to == caller.actor:
        raise unacceptable("to", "unknown_reference", "names nobody else who may hold these incidents")
    return to
