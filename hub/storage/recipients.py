"""Recipients (服务对象): one file each, with contacts, devices and modes beside it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import Field

from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.pinyin import search_keys_of
from hub.storage.places import PointView, point_columns
from hub.storage.queries import queries
from hub.storage.refusals import UnknownReferenceError
from hub.storage.scope import Scope
from hub.storage.views import ActorView, ExplanationView, View, fetch_view


class ContactView(View):
    """Somebody to call, in this order."""

    id: UUID
    name: str
    phone: str
    relation: str | None
    order: int
    holds_key: bool


class ModeView(View):
    """A time in which the person is not simply at home: who set it, and who or what ended it before its time."""

    id: UUID
    mode: str
    from_: datetime = Field(alias="from")
    until: datetime | None
    set_by: ActorView | None
    ended_by: ActorView | None
    ended_at: datetime | None
    ended_why: ExplanationView | None


class WornDeviceView(View):
    """A device the person has now, and what it last said."""

    id: UUID
    kind: str
    model: str | None
    phone: str | None
    online: bool | None
    last_seen_at: datetime | None
    battery_pct: float | None
    charging: bool | None
    worn: bool | None
    signal_dbm: float | None


class HouseholdView(View):
    """Who lives under one roof shares one plan."""

    id: UUID
    name: str
    address: str | None
    plan: str | None


class RecipientSummary(View):
    """A line in a list of people."""

    id: UUID
    name: str
    division_id: str
    division_name: str
    group_name: str | None
    address: str | None
    phone: str | None
    lives_alone: bool
    ended_at: datetime | None


class RecipientFile(RecipientSummary):
    """The file: everything the operator sees beside an incident."""

    timezone: str
    household: HouseholdView | None
    sex: str | None
    birth_date: date | None
    address_note: str | None
    home: PointView | None
    categories: list[str]
    ability: str | None
    care_notes: dict[str, Any]
    location_consent: bool
    photo_consent: bool
    photo_taken_in_at: datetime | None
    monitoring: dict[str, Any]
    ended_reason: str | None
    created_at: datetime
    updated_at: datetime
    contacts: list[ContactView]
    devices: list[WornDeviceView]
    modes: list[ModeView]


Given = dict[str, Any]
"""What a request gives, as JSON by column name: a column that is not named stays as it is."""

#: What the search keys are made of.
_FOUND_BY = frozenset({"name", "group_name", "address"})


async def create_recipient(connection: Connection, division_id: str, given: Given) -> UUID:
    """A new person on file; what is not given takes the schema's defaults, the time zone the division's.

    Raises:
        UnknownReferenceError: there is no such division.
    """
    recipient_id = new_id()
    cursor = await connection.execute(
        queries("recipients").create, {"id": recipient_id, "division_id": division_id, "name": given["name"]}
    )
    if cursor.rowcount == 0:
        raise UnknownReferenceError("division_id")
    await _set_columns(connection, recipient_id, {}, given)
    return recipient_id


async def change_recipient(
    connection: Connection, recipient_id: UUID, scope: Scope, division_id: str | None, given: Given
) -> str | None:
    """Set what is given and return the division it was in; None when nobody in scope has this id.

    `monitoring` is a merge patch (RFC 7396) of what is stored; with `division_id` the person moves there.
    """
    cursor = await connection.execute(queries("recipients").lock_one, {"id": recipient_id, "scope": scope.sql})
    row = await cursor.fetchone()
    if row is None:
        return None
    current_division_id, monitoring = row
    if division_id is not None and division_id != current_division_id:
        await _move(connection, recipient_id, division_id)
    await _set_columns(connection, recipient_id, monitoring, given)
    return str(current_division_id)


async def _move(connection: Connection, recipient_id: UUID, division_id: str) -> None:
    """What belongs to a person goes to the new place with them; what has happened stays where it happened."""
    cursor = await connection.execute(queries("recipients").move, {"id": recipient_id, "division_id": division_id})
    if cursor.rowcount == 0:
        raise UnknownReferenceError("division_id")
    await connection.execute(queries("recipients").move_along, {"id": recipient_id, "division_id": division_id})


async def _set_columns(connection: Connection, recipient_id: UUID, monitoring: Given, given: Given) -> None:
    columns = dict(given)
    if "monitoring" in columns:
        columns["monitoring"] = merge_patch(monitoring, columns["monitoring"])
    if "home" in columns:
        columns |= point_columns("home", columns.pop("home"))
    cursor = await connection.execute(queries("recipients").set_columns, {"id": recipient_id, "given": Jsonb(columns)})
    row = await cursor.fetchone()
    if row is not None and not _FOUND_BY.isdisjoint(columns):
        await connection.execute(queries("recipients").set_search_keys, search_keys_row(recipient_id, *row))


def search_keys_row(recipient_id: UUID, name: str, group_name: str | None, address: str | None) -> Given:
    """The parameters of `set_search_keys`."""
    found_by = search_keys_of(name, group_name, address)
    return {"id": recipient_id, "name_pinyin": found_by.name_pinyin, "keys": found_by.keys}


def merge_patch(target: Given, patch: Given) -> Given:
    """RFC 7396: null takes away, objects merge, everything else replaces."""
    merged = dict(target)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            below = merged.get(name)
            merged[name] = merge_patch(below if isinstance(below, dict) else {}, value)
        else:
            merged[name] = value
    return merged


async def find_recipient(connection: Connection, recipient_id: UUID, scope: Scope) -> RecipientFile | None:
    """The whole file."""
    return await fetch_view(
        connection, RecipientFile, queries("recipients").file, {"id": recipient_id, "scope": scope.sql}
    )


async def tell_devices_of(connection: Connection, recipient_id: UUID) -> None:
    """Ingest hears, for each device the person wears, that something about them changed."""
    await connection.execute(queries("recipients").notify_worn_devices, {"id": recipient_id})
