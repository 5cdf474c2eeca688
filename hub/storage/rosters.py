"""Rosters (值班表) as they are written and shown: who is rung for a place, and when. Nothing is ever overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from alerts.actors import Actor
from hub.identity import new_id
from hub.storage.database import Connection, database_now
from hub.storage.incident_rows import actor_to_json
from hub.storage.queries import queries
from hub.storage.refusals import UnknownReferenceError
from hub.storage.roster_rows import member_key
from hub.storage.roster_views import OverrideView, RosterEntryView
from hub.storage.scope import Scope
from hub.storage.views import Page, fetch_views


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPerson:
    """Somebody to be put on a roster; `account` is a log-in or an account's id."""

    name: str
    phone: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRotation:
    """People who take turns; times as text, as they are kept."""

    people: tuple[RosterPerson, ...]
    starts_on: str
    handover: str
    turn: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """Somebody to be put on a roster, or some who take turns; then `person` names the turns alone."""

    person: RosterPerson
    from_at: datetime | None = None
    until_at: datetime | None = None
    shifts: tuple[dict[str, Any], ...] = ()
    rotation: WrittenRotation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOverride:
    """A change by hand: `absent` is who the roster has, `present` who serves.

    The latter without account or number has those which the roster knows of somebody of that name.
    """

    kind: str
    from_at: datetime
    until_at: datetime
    absent: RosterPerson | None = None
    present: RosterPerson | None = None
    reason: str | None = None


async def list_roster(
    connection: Connection, scope: Scope, *, division_id: str | None, role: str | None
) -> Page[RosterEntryView]:
    """All entries in scope, in the order in which they are rung."""
    params = {"scope": scope.sql, "division_id": division_id, "role": role}
    return Page(items=await fetch_views(connection, RosterEntryView, queries("rosters").list_in_scope, params))


async def replace_roster(
    connection: Connection,
    division_id: str,
    role: str,
    entries: Sequence[RosterEntry],
    scope: Scope,
    *,
    gaps_intended: bool = False,
) -> Page[RosterEntryView]:
    """Put these people, in this order, in the place of the division's for this role; the old ones are kept as past.

    `gaps_intended`: hours that nobody has are no fault of the plan.

    Raises:
        UnknownReferenceError: there is no such division, or no such account in scope.
    """
    params = {"division_id": division_id, "role": role, "now": await _lock(connection, division_id)}
    await connection.execute(queries("rosters").replace, params)
    for place, entry in enumerate(entries):
        account_id = await _account_id(connection, entry.person, scope)
        rotation = None if entry.rotation is None else await _rotation(connection, entry.rotation, scope)
        await connection.execute(
            queries("rosters").add,
            {
                **params,
                "id": new_id(),
                "place": place,
                "name": entry.person.name,
                "phone": entry.person.phone,
                "account_id": account_id,
                "from": entry.from_at,
                "until": entry.until_at,
                "shifts": Jsonb(list(entry.shifts)),
                "rotation": None if rotation is None else Jsonb(rotation),
                "gaps_intended": gaps_intended,
            },
        )
    await connection.execute(queries("rosters").say_changed, params)
    return await list_roster(connection, Scope.everything(), division_id=division_id, role=role)


async def list_overrides(
    connection: Connection, scope: Scope, *, division_id: str | None, role: str | None
) -> Page[OverrideView]:
    """What was changed by hand and is not over, the earliest first."""
    params = {
        "scope": scope.sql,
        "division_id": division_id,
        "role": role,
        "now": await database_now(connection),
    }
    return Page(items=await fetch_views(connection, OverrideView, queries("rosters").list_overrides, params))


async def add_overrides(
    connection: Connection,
    division_id: str,
    role: str,
    overrides: Sequence[WrittenOverride],
    actor: Actor,
    scope: Scope,
) -> list[UUID]:
    """Change a roster by hand; two that are written together are one exchange. Returns their ids.

    Raises:
        UnknownReferenceError: there is no such division or account, or the roster has nobody of that name.
    """
    now = await _lock(connection, division_id)
    swap_id = new_id() if len(overrides) > 1 else None
    people = await _people_of(connection, division_id, role)
    added = []
    for override in overrides:
        absent = None if override.absent is None else _known(people, override.absent)
        added.append(new_id())
        await connection.execute(
            queries("rosters").add_override,
            {
                "id": added[-1],
                "division_id": division_id,
                "role": role,
                "kind": override.kind,
                "absent_key": None if absent is None else member_key(absent["account_id"], absent["name"]),
                "absent_name": None if absent is None else absent["name"],
                "present": await _present(connection, override.present, people, scope),
                "from": override.from_at,
                "until": override.until_at,
                "swap_id": swap_id,
                "reason": override.reason,
                "now": now,
                "actor": actor_to_json(actor),
            },
        )
    await connection.execute(queries("rosters").say_changed, {"division_id": division_id})
    return added


async def withdraw_override(connection: Connection, override_id: UUID, actor: Actor, scope: Scope) -> str | None:
    """It holds no longer, an exchange as a whole. Its division; None when there is none in force in the scope."""
    cursor = await connection.execute(
        queries("rosters").withdraw_override,
        {
            "id": override_id,
            "now": await database_now(connection),
            "actor": actor_to_json(actor),
            "scope": scope.sql,
        },
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    division_id = str(row[0])
    await connection.execute(queries("rosters").say_changed, {"division_id": division_id})
    return division_id


# --- People --------------------------------------------------------------------------------------------------------


async def _lock(connection: Connection, division_id: str) -> datetime:
    """Alone with the rosters of a place; the moment from which on what is written holds."""
    cursor = await connection.execute(queries("rosters").lock_division, {"division_id": division_id})
    if await cursor.fetchone() is None:
        raise UnknownReferenceError("division_id")
    return await database_now(connection)


async def _account_id(connection: Connection, person: RosterPerson, scope: Scope) -> UUID | None:
    if person.account is None:
        return None
    cursor = await connection.execute(queries("rosters").find_account, {"account": person.account, "scope": scope.sql})
    row = await cursor.fetchone()
    if row is None:
        raise UnknownReferenceError("account")
    account_id: UUID = row[0]
    return account_id


async def _person(connection: Connection, person: RosterPerson, scope: Scope) -> dict[str, Any]:
    account_id = await _account_id(connection, person, scope)
    return {
        "id": str(new_id()),
        "name": person.name,
        "phone": person.phone,
        "account_id": None if account_id is None else str(account_id),
    }


async def _rotation(connection: Connection, rotation: WrittenRotation, scope: Scope) -> dict[str, Any]:
    return {
        "people": [await _person(connection, person, scope) for person in rotation.people],
        "starts_on": rotation.starts_on,
        "handover": rotation.handover,
        "turn": rotation.turn,
    }


async def _people_of(connection: Connection, division_id: str, role: str) -> list[dict[str, Any]]:
    """Everybody whom the roster names, as their rows have them."""
    page = await list_roster(connection, Scope.everything(), division_id=division_id, role=role)
    people = []
    for entry in page.items:
        if entry.rotation is not None:
            people += [person.model_dump(mode="json") for person in entry.rotation.people]
        else:
            people.append(entry.model_dump(mode="json", include={"id", "name", "phone", "account_id"}))
    return people


def _known(people: list[dict[str, Any]], wanted: RosterPerson) -> dict[str, Any]:
    named = next((person for person in people if person["name"] == wanted.name), None)
    if named is None:
        raise UnknownReferenceError("absent")
    return named


async def _present(
    connection: Connection, wanted: RosterPerson | None, people: list[dict[str, Any]], scope: Scope
) -> Jsonb | None:
    """Who serves instead: somebody of the roster by name alone, or anybody else with number or account."""
    if wanted is None:
        return None
    if wanted.phone is None and wanted.account is None:
        known = next((person for person in people if person["name"] == wanted.name), None)
        if known is not None:
            return Jsonb({name: known[name] for name in ("id", "name", "phone", "account_id")})
    return Jsonb(await _person(connection, wanted, scope))
