"""Counts for a screen on the wall that visitors walk past: places and numbers, nothing that tells of one person."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psycopg.rows import class_row

from hub.storage.board import DeviceHealthView, PlaceView, read_places
from hub.storage.database import Connection, database_now
from hub.storage.queries import queries
from hub.storage.reports import IncidentFact
from hub.storage.scope import Scope, division_prefix

#: What "this shift" is where nobody has signed one; and the longest a shift is counted.
SHIFT = timedelta(hours=12)
_SHIFT_MAX = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What is not closed in one place."""

    not_closed: int = 0
    untaken: int = 0
    under_way: int = 0
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WallFacts:
    """What a wall is reckoned from; `present` by division."""

    now: datetime
    since: datetime
    places: list[PlaceView]
    present: dict[str, Present] = field(default_factory=dict)
    incidents: list[IncidentFact] = field(default_factory=list)
    follow_ups_due: int = 0

    def below(self, division_id: str) -> Present:
        """What is not closed in a place and all below it."""
        prefix = division_prefix(division_id)
        return add_up(present for place, present in self.present.items() if place.startswith(prefix))

    def devices_below(self, division_id: str) -> DeviceHealthView:
        """The devices of a place and all below it."""
        prefix = division_prefix(division_id)
        health = [place.devices for place in self.places if place.id.startswith(prefix)]
        return DeviceHealthView(
            well=sum(one.well for one in health),
            faulty=sum(one.faulty for one in health),
            offline=sum(one.offline for one in health),
            unseen=sum(one.unseen for one in health),
        )


def add_up(parts: Iterable[Present]) -> Present:
    """Several places as one."""
    known = list(parts)
    return Present(
        not_closed=sum(part.not_closed for part in known),
        untaken=sum(part.untaken for part in known),
        under_way=sum(part.under_way for part in known),
        waiting_since=min((part.waiting_since for part in known if part.waiting_since is not None), default=None),
    )


async def read_wall(connection: Connection, scope: Scope) -> WallFacts:
    """The facts of a scope as they stand now, and of its shift so far."""
    now = await database_now(connection)
    since = await _begin_of_shift(connection, scope, now)
    asked = {"scope": scope.sql}
    present = await connection.execute(queries("wall").present, asked)
    rows = await present.fetchall()
    follow_ups = await (await connection.execute(queries("wall").follow_ups_due, asked)).fetchone()
    async with connection.cursor(row_factory=class_row(IncidentFact)) as cursor:
        await cursor.execute(queries("reports").incidents, {**asked, "from_at": since, "until_at": now})
        incidents = await cursor.fetchall()
    return WallFacts(
        now=now,
        since=since,
        places=await read_places(connection, scope, now),
        present={
            division_id: Present(
                not_closed=not_closed, untaken=untaken, under_way=under_way, waiting_since=waiting_since
            )
            for division_id, not_closed, untaken, under_way, waiting_since in rows
        },
        incidents=incidents,
        follow_ups_due=0 if follow_ups is None else int(follow_ups[0]),
    )


async def _begin_of_shift(connection: Connection, scope: Scope, now: datetime) -> datetime:
    row = await (await connection.execute(queries("wall").shift_begin, {"scope": scope.sql})).fetchone()
    begun: datetime | None = None if row is None else row[0]
    return now - SHIFT if begun is None else max(begun, now - _SHIFT_MAX)
