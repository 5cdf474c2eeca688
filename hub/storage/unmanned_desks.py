"""Desks at which nobody sits although the roster says that somebody does, and whom to tell of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from alerts.rosters import on_duty
from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.on_duty import OnDuty
from hub.storage.presence import watch_desks
from hub.storage.queries import queries
from hub.storage.reachable import who_is_reachable
from hub.storage.roster_rows import Wanted, load_rosters
from hub.storage.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmannedDesk:
    """One time in which nobody sat at a place's desk; `told` as its sender keeps it."""

    id: UUID
    division_id: str
    place: str
    timezone: str
    since: datetime
    until_at: datetime | None
    told: list[dict[str, Any]]


async def desks_that_nobody_mans(connection: Connection, now: datetime) -> frozenset[str]:
    """The places whose roster has an operator on duty now while no desk that sees them is manned.

    A place without a roster for operators is none of them. Other than for ladders, silence is no excuse here: neither a
    day's, nor that of a desk which nobody has ever opened.
    """
    wanted = Wanted(since=now, until=now, known_at=now, scope=Scope.everything(), roles=("operator",))
    unmanned = set()
    for roster in await load_rosters(connection, wanted):
        if on_duty(roster, now) and not (await watch_desks(connection, roster.division_id, now)).present:
            unmanned.add(roster.division_id)
    return frozenset(unmanned)


async def who_hears_of_it(connection: Connection, division_id: str, now: datetime) -> list[OnDuty]:
    """Supervisors and leaders on duty for a place, nearest first; administrators where there are none."""
    reachable = await who_is_reachable(connection, None, division_id, now)
    return [
        OnDuty(role=person.type, phone=person.phone.strip(), distance=0)
        for person in (*reachable.supervisor, *reachable.leader, *reachable.fallback)
        if person.phone is not None and person.phone.strip()
    ]


async def open_episodes(connection: Connection) -> list[UnmannedDesk]:
    """What lasts, and what is over and still to be said."""
    async with connection.cursor(row_factory=class_row(UnmannedDesk)) as cursor:
        await cursor.execute(queries("unmanned_desks").open_episodes)
        return await cursor.fetchall()


async def begin_episode(connection: Connection, division_id: str, since: datetime) -> None:
    """Nobody is at this place's desk from now on; nothing happens when that is on record."""
    await connection.execute(
        queries("unmanned_desks").begin, {"id": new_id(), "division_id": division_id, "since": since}
    )


async def save_episode(
    connection: Connection,
    episode_id: UUID,
    *,
    until_at: datetime | None,
    told: list[dict[str, Any]],
    settled_at: datetime | None,
) -> None:
    """What was told of it, and whether it is over."""
    await connection.execute(
        queries("unmanned_desks").save,
        {"id": episode_id, "until_at": until_at, "told": Jsonb(told), "settled_at": settled_at},
    )
