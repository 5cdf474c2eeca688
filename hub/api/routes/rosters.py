"""Rosters: who is rung for a place, and when; what is changed by hand; and who is, was or will be on duty."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from hub.api.callers import LOOKING_ROLES, Caller, requires
from hub.api.problems import unacceptable
from hub.api.roster_shapes import RosterRole, WrittenRoster
from hub.api.shapes import DivisionId, Instant
from hub.clock import utc_now
from hub.storage.accounts import Role
from hub.storage.duty_calendar import DutyCalendarView, TriedRoster, duty_calendar, preview_roster
from hub.storage.duty_plan import DutyView, who_was_on_duty
from hub.storage.roster_views import RosterEntryView
from hub.storage.rosters import list_roster, replace_roster
from hub.storage.views import Page

router = APIRouter(prefix="/rosters", tags=["rosters"])

#: A month with the rest of its first and last week.
_CALENDAR_MAX = timedelta(days=45)
_WEEK = timedelta(days=7)
_PREVIEW = timedelta(days=28)
#: Each is looked at with every entry: more would keep the desk waiting longer than it waits.
_PREVIEW_TURNS_MAX = 3000


@router.get("")
async def list_all(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    division_id: Annotated[DivisionId | None, Query()] = None,
    role: Annotated[RosterRole | None, Query()] = None,
) -> Page[RosterEntryView]:
    """All entries in scope, in the order in which they are rung."""
    return await list_roster(caller.connection, caller.scope, division_id=division_id, role=role)


@router.put("")
async def put(
    body: WrittenRoster, caller: Annotated[Caller, requires(Role.ADMIN, Role.SUPERVISOR)]
) -> Page[RosterEntryView]:
    """Write the roster of one role and place; it holds from the next step of any ladder on.

    The one before is kept: it still says who was on duty until now.
    """
    division_id = caller.choose_division(body.division_id)
    entries = [entry.to_entry() for entry in body.entries]
    roster = await replace_roster(
        caller.connection, division_id, body.role, entries, caller.scope, gaps_intended=body.gaps_intended
    )
    await caller.record("write", "roster", f"{division_id}/{body.role}", division_id)
    return roster


@router.get("/on-duty")
async def on_duty(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    at: Annotated[Instant | None, Query()] = None,
    division_id: Annotated[DivisionId | None, Query()] = None,
) -> DutyView:
    """Who is on duty for a place at a moment, by default here and now.

    Of the past it tells what the rosters said then - whom the hub would have rung -, of the future what they say now.
    """
    chosen = caller.choose_division(division_id)
    return await who_was_on_duty(caller.connection, chosen, at or utc_now(), caller.scope)


@router.get("/calendar")
async def calendar(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    from_: Annotated[Instant | None, Query(alias="from")] = None,
    until: Annotated[Instant | None, Query()] = None,
    division_id: Annotated[DivisionId | None, Query()] = None,
) -> DutyCalendarView:
    """Everybody's hours of a place for up to 45 days, past or to come; and those that nobody has.

    By default the caller's own place, from now on, for a week.

    Of the past it tells what the rosters said at each moment, of the future what they say now.
    """
    since = from_ or utc_now()
    end = until or since + _WEEK
    if not timedelta(0) < end - since <= _CALENDAR_MAX:
        raise unacceptable("until", "out_of_range", f"must be later than from, by at most {_CALENDAR_MAX.days} days")
    return await duty_calendar(caller.connection, caller.choose_division(division_id), since, end)


@router.post("/preview")
async def preview(
    body: WrittenRoster, caller: Annotated[Caller, requires(Role.ADMIN, Role.SUPERVISOR)]
) -> DutyCalendarView:
    """The hours of the next 28 days as they would be with this roster. Nothing is written."""
    turns = sum(
        _PREVIEW / timedelta(**one.rotation.turn.to_storage()) for one in body.entries if one.rotation is not None
    )
    if turns > _PREVIEW_TURNS_MAX:
        raise unacceptable("entries", "too_many_turns", f"have more than {_PREVIEW_TURNS_MAX} turns in these days")
    tried = TriedRoster(
        division_id=caller.choose_division(body.division_id),
        role=body.role,
        entries=[entry.to_entry() for entry in body.entries],
        gaps_intended=body.gaps_intended,
    )
    return await preview_roster(caller.connection, tried, caller.scope, _PREVIEW)
