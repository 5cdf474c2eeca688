"""Who is on duty for the hub itself, now and in the next days: told when it is blind, without asking the database."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import class_row

from alerts.rosters import Roster, hours_of
from hub.storage.database import Connection, database_now
from hub.storage.queries import queries
from hub.storage.roster_rows import Wanted, load_rosters
from hub.storage.scope import Scope, division_prefix

#: An outage that begins on a Friday night is over by then, or somebody has stood in front of the machine.
AHEAD = timedelta(days=14)
_ROLES = ("operator", "supervisor", "leader")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """A number to be told, and when it is on duty; open ends are None. No name: the number is all that is needed."""

    role: str  #: operator, supervisor or leader.
    phone: str
    distance: int  #: How far from the hub's own roster; of a role, the nearest who are on duty are told.
    from_at: datetime | None = None
    until_at: datetime | None = None


async def who_is_on_duty(connection: Connection, scope: Scope) -> list[OnDuty]:
    """Operators, supervisors and leaders with a number, in the order in which they are rung.

    The rosters of the division itself come before those below it, and any roster before the accounts of that role.
    """
    now = await database_now(connection)
    wanted = Wanted(since=now, until=now + AHEAD, known_at=now, scope=scope, roles=_ROLES)
    rosters = await load_rosters(connection, wanted)
    # in a thread: texts must not wait while a large plan is looked through
    people = await asyncio.to_thread(lambda: [one for roster in rosters for one in _coming_days(roster, now)])
    async with connection.cursor(row_factory=class_row(OnDuty)) as cursor:
        await cursor.execute(queries("on_duty").accounts, {"scope": scope.sql})
        people += await cursor.fetchall()
    return sorted(people, key=lambda one: (one.distance, one.role, one.phone, one.from_at or now))


def _coming_days(roster: Roster, now: datetime) -> list[OnDuty]:
    """Everybody of a roster who may be on duty before the database is seen again.

    What goes on already, and what goes on at the end of these days, has open ends: so the answer changes only when the
    plan does, or when the next shift comes into sight.
    """
    horizon = now + AHEAD
    return [
        OnDuty(
            role=roster.role,
            phone=member.phone.strip(),
            distance=len(division_prefix(roster.division_id)),
            from_at=None if from_at == now else from_at,
            until_at=None if until_at == horizon else until_at,
        )
        for member, from_at, until_at in hours_of(roster, now, horizon)
        if member.phone is not None and member.phone.strip() and not member.disabled
    ]
