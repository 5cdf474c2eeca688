"""Rosters (值班表): who is rung for a place when nobody at the desk takes an incident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import Field

from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.refusals import UnknownReferenceError
from hub.storage.scope import Scope
from hub.storage.views import Page, View, fetch_views


class RosterEntryView(View):
    """One person of a place's roster, always or for a time."""

    id: UUID
    division_id: str
    role: str
    name: str
    phone: str | None
    from_: datetime | None = Field(alias="from")
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """Somebody to be put on a roster."""

    name: str
    phone: str | None
    from_at: datetime | None = None
    until_at: datetime | None = None


async def list_roster(
    connection: Connection, scope: Scope, *, division_id: str | None, role: str | None
) -> Page[RosterEntryView]:
    """All entries in scope, in the order in which they are rung."""
    params = {"scope": scope.sql, "division_id": division_id, "role": role}
    return Page(items=await fetch_views(connection, RosterEntryView, queries("rosters").list_in_scope, params))


async def replace_roster(
    connection: Connection, division_id: str, role: str, entries: Sequence[RosterEntry]
) -> Page[RosterEntryView]:
    """Put these people, in this order, in the place of the division's for this role.

    Raises:
        UnknownReferenceError: there is no such division.
    """
    params = {"division_id": division_id, "role": role}
    cursor = await connection.execute(queries("rosters").lock_division, params)
    if await cursor.fetchone() is None:
        raise UnknownReferenceError("division_id")
    await connection.execute(queries("rosters").clear, params)
    for entry in entries:
        await connection.execute(
            queries("rosters").add,
            {
                **params,
                "id": new_id(),
                "name": entry.name,
                "phone": entry.phone,
                "from": entry.from_at,
                "until": entry.until_at,
            },
        )
    return await list_roster(connection, Scope.everything(), division_id=division_id, role=role)
