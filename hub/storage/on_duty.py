"""Who is on duty for the hub itself, now and in the next days: told when it is blind, without asking the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import class_row

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope

#: An outage that begins on a Friday night is over by then, or somebody has stood in front of the machine.
AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """A number to be told, and when it is on duty; open ends are None. No name: the number is all that is needed."""

    role: str  #: operator, supervisor or leader.
    phone: str
    distance: int  #: How far from the hub's own roster; of a role, the nearest who are on duty are told.
    from_at: datetime | None
    until_at: datetime | None


async def who_is_on_duty(connection: Connection, scope: Scope) -> list[OnDuty]:
    """Operators, supervisors and leaders with a number, in the order in which they are rung.

    The rosters of the division itself come before those below it, and any roster before the accounts of that role.
    """
    async with connection.cursor(row_factory=class_row(OnDuty)) as cursor:
        await cursor.execute(queries("on_duty").coming_days, {"scope": scope.sql, "ahead_s": AHEAD.total_seconds()})
        return await cursor.fetchall()
