"""Who is on duty in a place at any moment, past or to come, and the hours ahead that nobody has."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import Field

from alerts.rosters import Member, Roster, gaps, next_change, on_duty
from hub.storage.database import Connection, database_now
from hub.storage.roster_rows import Wanted, load_rosters
from hub.storage.scope import Scope
from hub.storage.views import View

#: How far ahead the next change is looked for.
_CHANGE_WITHIN = timedelta(days=8)


class DutyPersonView(View):
    """Somebody on duty."""

    id: UUID
    name: str
    phone: str | None
    account_id: UUID | None


class OnDutyView(View):
    """Who one roster has on duty, in the order in which they are rung; nobody is a gap."""

    division_id: str
    role: str
    people: list[DutyPersonView]
    until: datetime | None  #: When others are on duty; null: not within a week.


class DutyView(View):
    """Who is on duty for a place: its own rosters and those of the places above it, nearest first."""

    division_id: str
    at: datetime
    items: list[OnDutyView]


class GapView(View):
    """Hours that nobody of a roster has; `intended`: by its plan nobody need have them."""

    division_id: str
    role: str
    from_: datetime = Field(alias="from")
    until: datetime
    intended: bool


async def who_was_on_duty(connection: Connection, division_id: str, at: datetime, scope: Scope) -> DutyView:
    """Who is on duty at that moment: in the past as the rosters said then, in the future as they say now.

    Rosters of places above the caller's are not shown.
    """
    now = await database_now(connection)
    known_at = min(at, now)
    wanted = Wanted(since=at, until=at + _CHANGE_WITHIN, known_at=known_at, covering=division_id)
    rosters = await load_rosters(connection, wanted)
    items = []
    for roster in rosters:
        if scope.covers(roster.division_id):
            change = next_change(roster, at, _CHANGE_WITHIN)
            items.append(
                OnDutyView(
                    division_id=roster.division_id,
                    role=roster.role,
                    people=[_shown(member) for member in on_duty(roster, at)],
                    until=None if change is None else change.from_at,
                )
            )
    return DutyView(division_id=division_id, at=at, items=items)


async def gaps_ahead(connection: Connection, scope: Scope, ahead: timedelta) -> list[GapView]:
    """The hours of the coming days that nobody has, of each roster in scope."""
    now = await database_now(connection)
    rosters = await load_rosters(connection, Wanted(since=now, until=now + ahead, known_at=now, scope=scope))
    return await asyncio.to_thread(lambda: [gap for roster in rosters for gap in _gaps_of(roster, now, now + ahead)])


def _gaps_of(roster: Roster, since: datetime, until: datetime) -> list[GapView]:
    return [
        GapView.model_validate(
            {
                "division_id": roster.division_id,
                "role": roster.role,
                "from": gap.from_at,
                "until": gap.until_at,
                "intended": roster.gaps_intended,
            }
        )
        for gap in gaps(roster, since, until)
    ]


def _shown(member: Member) -> DutyPersonView:
    return DutyPersonView(
        id=UUID(member.id),
        name=member.name,
        phone=member.phone,
        account_id=None if member.account_id is None else UUID(member.account_id),
    )
