"""Who sits at which desk. A desk says so every few seconds; a connection of its stream proves nobody's presence.

Desks that have never spoken, or not for a day, are those of programs that do not speak of it: nothing is concluded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alerts.actors import Actor
from hub.storage.database import Connection, database_now
from hub.storage.incident_rows import actor_to_json
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import ActorView, View, fetch_views

#: A desk that says nothing for so long is one at which nobody sits: several of its beats are missing.
SILENT_AFTER = timedelta(seconds=30)
#: What was said before is forgotten: a desk that has been closed for good keeps no ladder from sounding.
KNOWN_FOR = timedelta(hours=24)

_SPANS = {"silent_after": SILENT_AFTER, "known_for": KNOWN_FOR}


class DeskView(View):
    """A desk, who sits at it or has last, and since when it is so; `silent`: it has not spoken for 30 s."""

    division_id: str
    desk_id: str
    actor: ActorView
    state: Literal["present", "away", "silent"]
    since: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskWatch:
    """What is known of the desks that see a place."""

    present: bool  #: Somebody sits at one.
    known: bool  #: One has spoken in the last day.


async def say_presence(
    connection: Connection, division_id: str, desk_id: str, actor: Actor, state: Literal["present", "away"]
) -> None:
    """A desk speaks."""
    await connection.execute(
        queries("presence").say,
        {
            "division_id": division_id,
            "desk_id": desk_id,
            "actor": actor_to_json(actor),
            "state": state,
            "now": await database_now(connection),
        },
    )


async def list_desks(connection: Connection, scope: Scope) -> list[DeskView]:
    """The desks in scope that have spoken in the last day."""
    params = {"scope": scope.sql, "now": await database_now(connection), **_SPANS}
    return await fetch_views(connection, DeskView, queries("presence").list_in_scope, params)


async def watch_desks(connection: Connection, division_id: str, now: datetime) -> DeskWatch:
    """What is known of the desks that see this place: its own and those of the places above it."""
    cursor = await connection.execute(queries("presence").manned, {"division_id": division_id, "now": now, **_SPANS})
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("an aggregate returned nothing")
    return DeskWatch(present=row[0], known=row[1])


async def is_desk_manned(connection: Connection, division_id: str, now: datetime) -> bool:
    """Whether somebody would hear the desk sound for this place. Where no desk speaks of it, it counts as manned."""
    desks = await watch_desks(connection, division_id, now)
    return desks.present or not desks.known


async def people_at_desks(connection: Connection, now: datetime) -> frozenset[str]:
    """The accounts of those who sit at a desk."""
    cursor = await connection.execute(queries("presence").people_present, {"now": now, **_SPANS})
    return frozenset(account_id for (account_id,) in await cursor.fetchall())
