"""Who holds what, and under which accounts the people of a roster hold incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from alerts.actors import Actor, ActorType
from alerts.rosters import Account, Roster, recognise_people
from hub.storage.accounts import HOLDER_ROLES
from hub.storage.database import Connection
from hub.storage.presence import is_desk_manned
from hub.storage.queries import queries
from hub.storage.roster_rows import Wanted, load_rosters
from hub.storage.scope import Scope

#: Whose rosters say who is on duty at a desk. A supervisor may hold an incident, too.
HOLDING_ROLES = ("operator", "supervisor")

_ROLES = [str(role) for role in HOLDER_ROLES]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldIncident:
    """An incident that a person with a log-in holds."""

    id: UUID
    division_id: str
    account_id: str
    name: str
    acknowledged_at: datetime

    @property
    def holder(self) -> Actor:
        """Who holds it."""
        return Actor(type=ActorType.OPERATOR, id=self.account_id, name=self.name)


async def held_by_operators(connection: Connection) -> list[HeldIncident]:
    """Everything that people with a log-in hold."""
    async with connection.cursor(row_factory=class_row(HeldIncident)) as cursor:
        await cursor.execute(queries("shifts").held_by_operators)
        return await cursor.fetchall()


async def held_by(connection: Connection, actor: Actor, scope: Scope) -> list[tuple[UUID, str]]:
    """What one caller holds, as incident and division."""
    cursor = await connection.execute(
        queries("shifts").held_by, {"type": actor.type, "id": actor.id, "scope": scope.sql}
    )
    return [(row[0], row[1]) for row in await cursor.fetchall()]


async def open_without_desk(connection: Connection, scope: Scope, now: datetime) -> list[UUID]:
    """What is open in a scope and has no manned desk."""
    cursor = await connection.execute(queries("shifts").open_below, {"scope": scope.sql})
    found = []
    for division_id, incident_ids in await cursor.fetchall():
        if not await is_desk_manned(connection, division_id, now):
            found += incident_ids
    return found


async def find_holder_id(connection: Connection, account: str) -> UUID | None:
    """The id of somebody who may hold incidents, by log-in or id."""
    cursor = await connection.execute(queries("shifts").find_holder, {"account": account, "roles": _ROLES})
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def accounts_of(connection: Connection, division_id: str) -> Sequence[Account]:
    """Who may hold an incident of a place."""
    cursor = await connection.execute(queries("shifts").accounts, {"division_id": division_id, "roles": _ROLES})
    return [Account(id=row[0], name=row[1], phone=row[2]) for row in await cursor.fetchall()]


async def load_desk_rosters(
    connection: Connection, division_id: str, accounts: Sequence[Account], since: datetime, known_at: datetime
) -> list[Roster]:
    """The rosters by which people sit at a place's desk, as they were known then, their people with their accounts."""
    wanted = Wanted(
        since=since, until=max(since, known_at), known_at=known_at, covering=division_id, roles=HOLDING_ROLES
    )
    return [recognise_people(roster, accounts) for roster in await load_rosters(connection, wanted)]
