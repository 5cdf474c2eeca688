"""Shifts as they were: who sat at which desk, what they signed for, and what they wrote for the next.

A person has one shift at a time, and so has a desk. It ends when somebody relieves them, when they leave without
anybody to relieve them, or when the next one opens their desk without them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import Field

from alerts.actors import Actor
from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.incident_rows import actor_to_json
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import ActorView, Page, View, cut_page, decode_time_cursor, fetch_view, fetch_views

#: How the one who comes, and the one who goes, signs: by having logged in themselves, with their password, or - a
#: program - with its key.
TakenBy = Literal["log_in", "password", "key"]
HandedBy = Literal["password", "key"]
EndedHow = Literal["relieved", "unrelieved", "taken_over"]

#: A session lasts a day at most: a shift that goes on for longer is one that nobody ended.
LONGEST = timedelta(hours=24)


class ShiftNoteView(View):
    """What somebody wrote for the next shift."""

    id: UUID
    author: ActorView
    text: str
    written_at: datetime


class ShownCounts(View):
    """How much of each the hand-over showed."""

    incidents: int
    shelves: int
    notes: int
    outages: int


class DutyShiftView(View):
    """One shift. `relieves`: from whom they took over; `relieved_by`: who took over from them.

    `handed_by` is null where the one who left did not sign: the next one opened the desk without them, or they never
    said that they go.
    """

    id: UUID
    division_id: str
    division_name: str
    desk_id: str
    operator: ActorView
    from_: datetime = Field(alias="from")
    until: datetime | None
    taken_by: TakenBy
    relieves: ActorView | None
    ended_how: EndedHow | None
    handed_by: HandedBy | None
    relieved_by: ActorView | None
    shown: ShownCounts
    shown_codes: list[int]
    left_codes: list[int]
    notes: list[ShiftNoteView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stood in the hand-over that was signed for."""

    incidents: Sequence[UUID] = ()
    shelves: Sequence[UUID] = ()
    notes: Sequence[UUID] = ()
    outages: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShift:
    """Who sits down where, and what they signed for."""

    division_id: str
    desk_id: str
    operator: Actor
    taken_by: TakenBy
    shown: Shown
    relieves_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RunningShift:
    """A shift that goes on."""

    id: UUID
    division_id: str
    from_at: datetime
    desk_id: str


async def lock_shifts(
    connection: Connection, operator_ids: Sequence[str], division_id: str, desk_id: str | None = None
) -> dict[str, RunningShift]:
    """What goes on with these people, and at this desk of a place; by who has it. No shift changes until the commit."""
    await connection.execute(queries("shift_records").lock)
    params = {"operator_ids": list(operator_ids), "division_id": division_id, "desk_id": desk_id}
    cursor = await connection.execute(queries("shift_records").going_on, params)
    return {operator_id: RunningShift(*row) for operator_id, *row in await cursor.fetchall()}


async def find_running(
    connection: Connection, operator: Actor, division_id: str, desk_id: str | None
) -> tuple[UUID | None, UUID | None]:
    """The shift that somebody has, and the one that somebody else has at this desk."""
    params = {"operator_id": operator.id, "division_id": division_id, "desk_id": desk_id}
    cursor = await connection.execute(queries("shift_records").running, params)
    found = {mine: shift_id for shift_id, mine in await cursor.fetchall()}
    return found.get(True), found.get(False)


async def begin_shift(connection: Connection, shift: NewShift) -> UUID | None:
    """Somebody sits down; None when another request was first with this person or this desk."""
    cursor = await connection.execute(
        queries("shift_records").begin,
        {
            "id": new_id(),
            "division_id": shift.division_id,
            "desk_id": shift.desk_id,
            "operator": actor_to_json(shift.operator),
            "relieves_id": shift.relieves_id,
            "taken_by": shift.taken_by,
            "incidents": list(shift.shown.incidents),
            "shelves": list(shift.shown.shelves),
            "notes": list(shift.shown.notes),
            "outages": list(shift.shown.outages),
        },
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def move_shift(connection: Connection, shift_id: UUID, desk_id: str) -> None:
    """The same shift goes on at another desk."""
    await connection.execute(queries("shift_records").move_to_desk, {"id": shift_id, "desk_id": desk_id})


async def end_shift(
    connection: Connection,
    shift_id: UUID,
    scope: Scope,
    how: EndedHow,
    *,
    handed_by: HandedBy | None = None,
    as_last_seen: bool = False,
) -> None:
    """It is over, now or - nobody having said so - when its desk was last heard of."""
    await connection.execute(
        queries("shift_records").end,
        {
            "id": shift_id,
            "scope": scope.sql,
            "ended_how": how,
            "handed_by": handed_by,
            "as_last_seen": as_last_seen,
        },
    )


async def find_shift(connection: Connection, shift_id: UUID, scope: Scope) -> DutyShiftView | None:
    """One shift in scope."""
    params = {"scope": scope.sql, "id": shift_id, "since": None, "until": None}
    keys = {"before_at": None, "before_id": None, "limit": 1}
    return await fetch_view(connection, DutyShiftView, queries("shift_records").in_scope, params | keys)


async def find_last_ended(connection: Connection, division_id: str, scope: Scope) -> DutyShiftView | None:
    """The shift at a place that ended last."""
    cursor = await connection.execute(queries("shift_records").last_ended, {"division_id": division_id})
    row = await cursor.fetchone()
    return None if row is None else await find_shift(connection, row[0], scope)


async def list_shifts(
    connection: Connection,
    scope: Scope,
    *,
    since: datetime | None,
    until: datetime | None,
    cursor: str | None,
    limit: int,
) -> Page[DutyShiftView]:
    """Shifts in scope that touch [since, until), the newest first; an end that is None is open.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    params = {
        "scope": scope.sql, "id": None, "since": since, "until": until,
        "before_at": before_at, "before_id": before_id, "limit": limit + 1,
    }  # fmt: skip
    rows = await fetch_views(connection, DutyShiftView, queries("shift_records").in_scope, params)
    return cut_page(rows, limit, lambda shift: (shift.from_, shift.id))


async def write_note(connection: Connection, division_id: str, author: Actor, text: str) -> ShiftNoteView:
    """Something the next one should know."""
    note = await fetch_view(
        connection,
        ShiftNoteView,
        queries("shift_records").write_note,
        {
            "id": new_id(),
            "division_id": division_id,
            "operator_id": author.id,
            "author": actor_to_json(author),
            "text": text,
        },
    )
    if note is None:
        raise LookupError("an insert returned nothing")
    return note
