"""Lists of recipients as the desk reads them: who is where, what they have, and what is wrong with it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.recipients import RecipientSummary
from hub.storage.scope import Scope
from hub.storage.search_words import words_of
from hub.storage.views import Page, View, cut_page, fetch_views

#: People are read in portions of this many where all are wanted.
_PORTION_ROWS = 500


class ListedDeviceView(View):
    """A device the person has now, as far as a list tells; `troubles` are its maintenance items that are open."""

    id: UUID
    kind: str
    online: bool | None
    last_seen_at: datetime | None
    battery_pct: float | None
    charging: bool | None
    worn: bool | None
    troubles: list[str]


class ListedRecipient(RecipientSummary):
    """A line in the list of people."""

    sex: str | None
    birth_date: date | None
    categories: list[str]
    ability: str | None
    name_pinyin: str
    ended_reason: str | None
    mode: str | None
    mode_until: datetime | None
    devices: list[ListedDeviceView]
    last_seen_at: datetime | None
    open_incidents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which people are listed; what is None is not asked for."""

    search: str | None = None
    category: str | None = None
    ability: str | None = None
    mode: str | None = None
    has_open_incident: bool | None = None
    has_device: bool | None = None
    ended: bool | None = None


class Place(NamedTuple):
    """Where a list has got to: by division, then by name as it is read aloud."""

    division_id: str
    name_pinyin: str
    id: UUID


async def list_recipients(
    connection: Connection, scope: Scope, wanted: Wanted, *, after: Place | None, limit: int
) -> Page[ListedRecipient]:
    """People in scope, village by village, in the order of their names' pinyin.

    Each word of `search` names the person: a part of the name, its pinyin or initials, group, address, place, the end
    of a telephone number of theirs or of a contact (3 digits), or a device's id, serial or telephone number.
    """
    found = None if wanted.search is None else await _find(connection, wanted.search)
    rows = await fetch_views(
        connection,
        ListedRecipient,
        queries("recipient_lists").list_in_scope,
        {
            "scope": scope.sql,
            "found": found,
            "category": wanted.category,
            "ability": wanted.ability,
            "mode": wanted.mode,
            "has_open_incident": wanted.has_open_incident,
            "has_device": wanted.has_device,
            "ended": wanted.ended,
            "after_division": None if after is None else after.division_id,
            "after_name": None if after is None else after.name_pinyin,
            "after_id": None if after is None else after.id,
            "limit": limit + 1,
        },
    )
    return cut_page(rows, limit, lambda one: (one.division_id, one.name_pinyin, one.id))


async def list_all_recipients(connection: Connection, scope: Scope, wanted: Wanted) -> list[ListedRecipient]:
    """The whole list, for a program that wants it at once."""
    people: list[ListedRecipient] = []
    after: Place | None = None
    while True:
        page = await list_recipients(connection, scope, wanted, after=after, limit=_PORTION_ROWS)
        people += page.items
        if page.next is None:
            return people
        last = page.items[-1]
        after = Place(last.division_id, last.name_pinyin, last.id)


async def _find(connection: Connection, typed: str) -> list[UUID]:
    """Who is named; nobody where nothing was typed that can be looked for."""
    cursor = await connection.execute(queries("recipient_lists").find, {"words": words_of(typed)})
    return [recipient_id for (recipient_id,) in await cursor.fetchall()]
