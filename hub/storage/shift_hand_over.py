"""The hand-over: what somebody who sits down must know, as it stands at this moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from alerts.actors import Actor
from alerts.incidents import IncidentState
from alerts.rosters import Member, members_of, next_change, on_duty, recognise_people
from hub.storage.database import Connection, database_now
from hub.storage.incident_views import IncidentFilter, IncidentView, list_by_need
from hub.storage.queries import queries
from hub.storage.roster_rows import Wanted, load_rosters
from hub.storage.scope import Scope
from hub.storage.shelves import ShelfView, WantedShelves, list_shelves
from hub.storage.shift_records import (
    DutyShiftView,
    ShiftNoteView,
    find_last_ended,
    find_running,
    find_shift,
)
from hub.storage.shifts import HOLDING_ROLES, accounts_of
from hub.storage.views import ExplanationView, View, fetch_view, fetch_views

#: What is shown of each; the counts tell of the rest. Nobody reads more before they sit down.
_INCIDENTS = 100
_SHELVES = 50
_NOTES = 50
_OUTAGES = 20
#: How far ahead the next one of the roster is looked for: a week's rotation and a day.
_NEXT_WITHIN = timedelta(days=8)


class NotClosedCount(View):
    """How many incidents nobody has, and how many somebody has."""

    open: int
    acknowledged: int


class OutageCount(View):
    """How many open items of one kind."""

    kind: str
    count: int


class OutageView(View):
    """One of the newest: what is wrong, since when, with whose device and where."""

    id: UUID
    kind: str
    explanation: ExplanationView
    opened_at: datetime
    device_kind: str | None
    person: str | None
    place: str


class DutyNames(View):
    """Who is on duty at the desk by the rosters in scope, until when, and who is next; a gap has no names.

    `listed`: whether the rosters name the caller at all; `mine`: whether they are on duty now.
    """

    known: bool
    now: list[str]
    until: datetime | None
    next: list[str]
    listed: bool
    mine: bool


class HandOverView(View):
    """What is open, what is set aside, what the last ones wrote, what is broken, and who should be here.

    `mine` is the shift that the caller has already; `at_desk` somebody else's that goes on at this desk; `last` the
    one that ended last. Lists are cut: the counts are of all.
    """

    at: datetime
    mine: DutyShiftView | None
    at_desk: DutyShiftView | None
    last: DutyShiftView | None
    not_closed: NotClosedCount
    incidents: list[IncidentView]
    shelves: list[ShelfView]
    notes: list[ShiftNoteView]
    outage_counts: list[OutageCount]
    outages: list[OutageView]
    duty: DutyNames


async def read_hand_over(
    connection: Connection, reader: Actor, division_id: str, scope: Scope, desk_id: str | None
) -> HandOverView:
    """The hand-over as this reader sees it now, at this desk."""
    now = await database_now(connection)
    statements = queries("shift_records")
    of_reader = {"scope": scope.sql, "operator_id": reader.id, "limit": _NOTES}
    not_closed = IncidentFilter(states=(IncidentState.OPEN, IncidentState.ACKNOWLEDGED))
    incidents = await list_by_need(connection, scope, not_closed, cursor=None, limit=_INCIDENTS)
    shelves = await list_shelves(connection, scope, WantedShelves(ended=False), cursor=None, limit=_SHELVES)
    mine, at_desk = await find_running(connection, reader, division_id, desk_id)
    counts = await fetch_view(connection, NotClosedCount, statements.not_closed, {"scope": scope.sql})
    return HandOverView(
        at=now,
        mine=None if mine is None else await find_shift(connection, mine, scope),
        at_desk=None if at_desk is None else await find_shift(connection, at_desk, scope),
        last=await find_last_ended(connection, division_id, scope),
        not_closed=counts or NotClosedCount(open=0, acknowledged=0),
        incidents=incidents.items,
        shelves=shelves.items,
        notes=await fetch_views(connection, ShiftNoteView, statements.notes, of_reader),
        outage_counts=await fetch_views(connection, OutageCount, statements.outage_counts, {"scope": scope.sql}),
        outages=await fetch_views(connection, OutageView, statements.outages, {"scope": scope.sql, "limit": _OUTAGES}),
        duty=await _who_has_duty(connection, reader, division_id, scope, now),
    )


async def _who_has_duty(
    connection: Connection, reader: Actor, division_id: str, scope: Scope, now: datetime
) -> DutyNames:
    """Of the rosters of operators; of supervisors' only whether they know the reader."""
    wanted = Wanted(since=now, until=now + _NEXT_WITHIN, known_at=now, covering=division_id, roles=HOLDING_ROLES)
    accounts = await accounts_of(connection, division_id)
    rosters = [
        recognise_people(roster, accounts)
        for roster in await load_rosters(connection, wanted)
        if scope.covers(roster.division_id)
    ]
    sitting = [roster for roster in rosters if roster.role == "operator"]
    changes = [change for roster in sitting if (change := next_change(roster, now, _NEXT_WITHIN)) is not None]
    first = min(changes, key=lambda change: change.from_at, default=None)
    serving = [member for roster in rosters for member in on_duty(roster, now)]
    return DutyNames(
        known=bool(sitting),
        now=_names([member for roster in sitting for member in on_duty(roster, now)]),
        until=None if first is None else first.from_at,
        next=[] if first is None else _names(first.members),
        listed=any(member.account_id == reader.id for roster in rosters for member in members_of(roster)),
        mine=any(member.account_id == reader.id for member in serving),
    )


def _names(members: Sequence[Member]) -> list[str]:
    return list(dict.fromkeys(member.name for member in members))
