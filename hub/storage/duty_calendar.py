"""Duty as a calendar shows it: whose hours they are, past and to come, for the rosters of one place.

Of the past it tells what was known at each moment - whom the hub would have rung -, of the future what is known now.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID

from pydantic import Field

from alerts.numbers import is_dialable
from alerts.rosters import Member, Roster, duty_spans, hours_in, hours_of
from hub.storage.database import Connection, database_now
from hub.storage.duty_days import DutyDayView, list_duty_days
from hub.storage.queries import queries
from hub.storage.roster_rows import Wanted, load_rosters
from hub.storage.rosters import RosterEntry, replace_roster
from hub.storage.scope import Scope
from hub.storage.views import View

#: A roster that is written so often within one page of the calendar is being tried out; what held shortest is passed.
_REVISIONS_MAX = 60

Unreachable = Literal["no_number", "account_disabled"]


class DutyHoursView(View):
    """Hours that somebody of a roster has without pause; `unreachable`: why nobody could ring them."""

    role: str
    from_: datetime = Field(alias="from")
    until: datetime
    key: str  #: Tells people of one roster apart.
    name: str
    phone: str | None
    account_id: UUID | None
    unreachable: Unreachable | None


class DutyGapView(View):
    """Hours that nobody of a roster has; `intended`: by its plan nobody need have them."""

    role: str
    from_: datetime = Field(alias="from")
    until: datetime
    intended: bool


class DutyCalendarView(View):
    """The hours of [since, until), in the order in which they begin and people are rung."""

    division_id: str
    from_: datetime = Field(alias="from")
    until: datetime
    hours: list[DutyHoursView]
    gaps: list[DutyGapView]
    days: list[DutyDayView]


class UnreachableDutyView(View):
    """Somebody with duty in the coming days whom nobody could ring, and their first hours."""

    division_id: str
    role: str
    name: str
    because: Unreachable
    from_: datetime = Field(alias="from")
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedRoster:
    """A roster as it is being written."""

    division_id: str
    role: str
    entries: Sequence[RosterEntry]
    gaps_intended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Hours of a role that somebody has; nobody: a gap."""

    role: str
    member: Member | None
    intended: bool  #: A gap is, by the plan.
    from_at: datetime
    until_at: datetime

    @property
    def whose(self) -> tuple[str, str | None, str | None, bool]:
        """The same for the same person of a roster that was written anew."""
        if self.member is None:
            return (self.role, None, None, self.intended)
        return (self.role, self.member.key, self.member.phone, self.member.disabled)


async def duty_calendar(connection: Connection, division_id: str, since: datetime, until: datetime) -> DutyCalendarView:
    """Whose hours they are in a place."""
    now = await database_now(connection)
    spans: list[_Span] = []
    for begin, end in await _stretches(connection, division_id, since, until, now):
        wanted = Wanted(since=begin, until=end, known_at=min(begin, now), covering=division_id)
        rosters = [roster for roster in await load_rosters(connection, wanted) if roster.division_id == division_id]
        # in a thread: other answers must not wait while a large plan is looked through
        spans = _joined(spans, await asyncio.to_thread(_read, rosters, begin, end))
    days = await list_duty_days(connection, division_id, since.date(), until.date() + timedelta(days=1))
    return DutyCalendarView.model_validate(
        {
            "division_id": division_id,
            "from": since,
            "until": until,
            "hours": [_hours(span.member, span) for span in spans if span.member is not None],
            "gaps": [_gap(span) for span in spans if span.member is None],
            "days": days.items,
        }
    )


async def preview_roster(
    connection: Connection, roster: TriedRoster, scope: Scope, ahead: timedelta
) -> DutyCalendarView:
    """The coming hours of a role with this roster, changes by hand included: it is written and taken back.

    Raises:
        UnknownReferenceError: there is no such division, or no such account in scope.
    """
    async with connection.transaction(force_rollback=True):
        await replace_roster(
            connection, roster.division_id, roster.role, roster.entries, scope, gaps_intended=roster.gaps_intended
        )
        now = await database_now(connection)
        shown = await duty_calendar(connection, roster.division_id, now, now + ahead)
    return shown.model_copy(
        update={
            "hours": [one for one in shown.hours if one.role == roster.role],
            "gaps": [one for one in shown.gaps if one.role == roster.role],
        }
    )


async def unreachable_ahead(connection: Connection, scope: Scope, ahead: timedelta) -> list[UnreachableDutyView]:
    """Who has duty in the coming days and could not be rung, of each roster in scope; each once."""
    now = await database_now(connection)
    rosters = await load_rosters(connection, Wanted(since=now, until=now + ahead, known_at=now, scope=scope))
    return await asyncio.to_thread(lambda: [one for roster in rosters for one in _unreachable_of(roster, now, ahead)])


# --- What was known when -------------------------------------------------------------------------------------------


async def _stretches(
    connection: Connection, division_id: str, since: datetime, until: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    """[since, until) cut where the rosters were written anew, or something was changed by hand."""
    params = {"division_id": division_id, "since": since, "until": min(until, now)}
    cursor = await connection.execute(queries("duty_calendar").revisions, params)
    revisions = [at for (at,) in await cursor.fetchall()]
    held_for = {begin: end - begin for begin, end in pairwise([*revisions, now])}
    longest = sorted(revisions, key=lambda at: held_for[at], reverse=True)[:_REVISIONS_MAX]
    return list(pairwise([since, *sorted(longest), until]))


def _read(rosters: Sequence[Roster], since: datetime, until: datetime) -> list[_Span]:
    """Everybody's hours of each roster, and after them those that nobody has."""
    read: list[_Span] = []
    for roster in rosters:
        spans = duty_spans(roster, since, until)
        hours: list[tuple[Member | None, datetime, datetime]] = [*hours_in(spans)]
        hours += [(None, span.from_at, span.until_at) for span in spans if not span.members]
        read += [
            _Span(role=roster.role, member=member, intended=roster.gaps_intended, from_at=from_at, until_at=until_at)
            for member, from_at, until_at in hours
        ]
    return read


def _joined(before: Sequence[_Span], after: Sequence[_Span]) -> list[_Span]:
    """What goes on over a revision is one span."""
    joined = list(before)
    ending = {(span.whose, span.until_at): place for place, span in enumerate(joined)}
    for span in after:
        place = ending.pop((span.whose, span.from_at), None)
        if place is None:
            joined.append(span)
        else:
            joined[place] = replace(joined[place], until_at=span.until_at)
    return joined


# --- As it is shown ------------------------------------------------------------------------------------------------


def _hours(member: Member, span: _Span) -> DutyHoursView:
    return DutyHoursView.model_validate(
        {
            "role": span.role,
            "from": span.from_at,
            "until": span.until_at,
            "key": member.key,
            "name": member.name,
            "phone": member.phone,
            "account_id": member.account_id,
            "unreachable": _why_unreachable(member),
        }
    )


def _gap(span: _Span) -> DutyGapView:
    return DutyGapView.model_validate(
        {"role": span.role, "from": span.from_at, "until": span.until_at, "intended": span.intended}
    )


def _unreachable_of(roster: Roster, now: datetime, ahead: timedelta) -> list[UnreachableDutyView]:
    first: dict[str, UnreachableDutyView] = {}
    for member, from_at, until_at in hours_of(roster, now, now + ahead):
        because = _why_unreachable(member)
        if because is not None and member.key not in first:
            first[member.key] = UnreachableDutyView.model_validate(
                {
                    "division_id": roster.division_id,
                    "role": roster.role,
                    "name": member.name,
                    "because": because,
                    "from": from_at,
                    "until": until_at,
                }
            )
    return list(first.values())


def _why_unreachable(member: Member) -> Unreachable | None:
    if member.disabled:
        return "account_disabled"
    return None if is_dialable(member.phone) else "no_number"
