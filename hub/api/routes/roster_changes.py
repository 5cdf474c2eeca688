"""What is changed about rosters without writing them anew: overrides, swaps, days; and the hours that nobody has."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from hub.api.callers import LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.roster_shapes import Override, RosterRole, SaidDays, Swap
from hub.api.shapes import DivisionId
from hub.clock import utc_now
from hub.storage.accounts import Role
from hub.storage.duty_calendar import UnreachableDutyView, unreachable_ahead
from hub.storage.duty_days import DutyDayView, list_duty_days, say_days
from hub.storage.duty_plan import GapView, gaps_ahead
from hub.storage.roster_views import OverrideView
from hub.storage.rosters import add_overrides, list_overrides, withdraw_override
from hub.storage.views import Page

router = APIRouter(prefix="/rosters", tags=["rosters"])

PlanningCaller = Annotated[Caller, requires(Role.ADMIN, Role.SUPERVISOR)]
_DAYS_AHEAD_MAX = 31
_DAYS_SHOWN = timedelta(days=400)


@router.get("/overrides")
async def overrides(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    division_id: Annotated[DivisionId | None, Query()] = None,
    role: Annotated[RosterRole | None, Query()] = None,
) -> Page[OverrideView]:
    """What was changed by hand and is not over yet, the earliest first."""
    return await list_overrides(caller.connection, caller.scope, division_id=division_id, role=role)


@router.post("/overrides", status_code=201)
async def override(body: Override, caller: PlanningCaller) -> Page[OverrideView]:
    """For a time somebody replaces another, is added, or is not there. It outlives a roster that is written anew."""
    return await _add(body, caller)


@router.post("/swaps", status_code=201)
async def swap(body: Swap, caller: PlanningCaller) -> Page[OverrideView]:
    """Two people exchange shifts; it is two overrides, which are withdrawn together."""
    return await _add(body, caller)


@router.delete("/overrides/{override_id}", status_code=204)
async def withdraw(override_id: UUID, caller: PlanningCaller) -> None:
    """It holds no longer, an exchange as a whole; what held until now stays on record."""
    division_id = await withdraw_override(caller.connection, override_id, caller.actor, caller.scope)
    if division_id is None:
        raise not_found("override")
    await caller.record("withdraw", "roster_override", override_id, division_id)


@router.get("/gaps")
async def gaps(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    days: Annotated[int, Query(ge=1, le=_DAYS_AHEAD_MAX)] = 7,
) -> Page[GapView]:
    """The hours of the coming days that nobody has, of each roster in scope."""
    return Page(items=await gaps_ahead(caller.connection, caller.scope, timedelta(days=days)))


@router.get("/unreachable")
async def unreachable(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    days: Annotated[int, Query(ge=1, le=_DAYS_AHEAD_MAX)] = 7,
) -> Page[UnreachableDutyView]:
    """Who has duty in the coming days and has no number that could ring, or an account that is disabled."""
    return Page(items=await unreachable_ahead(caller.connection, caller.scope, timedelta(days=days)))


@router.get("/days")
async def days(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    division_id: Annotated[DivisionId | None, Query()] = None,
    year: Annotated[int | None, Query(ge=2000, le=2099)] = None,
) -> Page[DutyDayView]:
    """Holidays, and the workdays that make up for them: as published, and what the place says of its own."""
    chosen = caller.choose_division(division_id)
    first = utc_now().date() if year is None else date(year, 1, 1)
    return await list_duty_days(caller.connection, chosen, first, first + _DAYS_SHOWN)


@router.put("/days")
async def put_days(body: SaidDays, caller: PlanningCaller) -> Page[DutyDayView]:
    """Say what kind of day these days are for a place and those below it; it goes before what was published."""
    chosen = caller.choose_division(body.division_id)
    await say_days(caller.connection, chosen, [said.to_storage() for said in body.days], "own")
    await caller.record("write", "duty_days", chosen, chosen)
    said = [one.day for one in body.days]
    return await list_duty_days(caller.connection, chosen, min(said), max(said))


async def _add(body: Override | Swap, caller: Caller) -> Page[OverrideView]:
    division_id = caller.choose_division(body.division_id)
    added = await add_overrides(
        caller.connection, division_id, body.role, body.to_storage(), caller.actor, caller.scope
    )
    await caller.record("write", "roster_override", added[0], division_id)
    page = await list_overrides(caller.connection, caller.scope, division_id=division_id, role=body.role)
    return Page(items=[one for one in page.items if one.id in added])
