"""The list on paper (应急联系清册): whom one reaches and how one gets in, for the day the computers are down."""

import re
from datetime import date, datetime
from uuid import UUID

from hub.storage.database import Connection, database_now
from hub.storage.divisions import DivisionView, find_division
from hub.storage.queries import queries
from hub.storage.rosters import list_roster
from hub.storage.scope import Scope
from hub.storage.views import View, fetch_views

#: A county of this many people prints 400 pages; more is a mistake, and `left_out` says how many are missing.
PEOPLE_MAX = 5_000
_DIGITS = ("", *"一二三四五六七八九")
#: Behind every numbered group.
_LAST = 1_000_000
#: 三组, 第三组, 十二组, 3组: how groups of a village are called.
_NUMBERED = re.compile(
    "第?(?:(?P<arabic>[0-9]{1,4})|(?:(?P<tens>[二三四五六七八九])?(?P<ten>十))?(?P<units>[一二三四五六七八九])?)组?"
)

#: Who is called for a place when nobody of the family is reached.
_ROLES = ("helper", "township", "supervisor", "leader")


class PrintedContact(View):
    """Somebody to call for a person, in this order."""

    name: str
    phone: str
    relation: str | None
    holds_key: bool


class PrintedDevice(View):
    """What a person has, and the number under which it can be rung."""

    kind: str
    phone: str | None


class PrintedPerson(View):
    """One person as the list shows them: no diagnosis, nothing that is not needed to reach them."""

    id: UUID
    division_id: str
    division_name: str
    group_name: str | None
    name: str
    sex: str | None
    birth_date: date | None
    ability: str | None
    lives_alone: bool
    address: str | None
    address_note: str | None
    phone: str | None
    contacts: list[PrintedContact]
    devices: list[PrintedDevice]


class PrintedHelper(View):
    """Somebody of a roster who has a part in the place."""

    division_id: str
    role: str
    name: str
    phone: str | None


class ContactList(View):
    """A division's people, village by village, and who is called for them."""

    division: DivisionView
    made_at: datetime
    people: list[PrintedPerson]
    helpers: list[PrintedHelper]
    left_out: int


async def make_contact_list(connection: Connection, division_id: str, scope: Scope) -> ContactList | None:
    """Everybody in the division whose care has not ended; None when there is no such division.

    `scope` is the caller's, for the rosters of places above the division; it covers the division.
    """
    division = await find_division(connection, division_id)
    if division is None:
        return None
    place = Scope.of_division(division_id)
    people = await fetch_views(
        connection,
        PrintedPerson,
        queries("contact_list").people,
        {"scope": place.sql, "limit": PEOPLE_MAX},
    )
    cursor = await connection.execute(queries("contact_list").count, {"scope": place.sql})
    row = await cursor.fetchone()
    return ContactList(
        division=division,
        made_at=await database_now(connection),
        people=sorted(people, key=lambda one: (one.division_id, _group_place(one.group_name))),
        helpers=await _list_helpers(connection, division_id, scope),
        left_out=(row[0] if row else 0) - len(people),
    )


def _group_place(group_name: str | None) -> tuple[int, str]:
    """一组 before 二组 before 十一组, by number; other names after them, people without a group last."""
    if group_name is None:
        return _LAST, ""
    number = _NUMBERED.fullmatch(group_name)
    if number is None:
        return _LAST - 1, group_name
    if number["arabic"]:
        return int(number["arabic"]), group_name
    tens = _DIGITS.index(number["tens"] or "一") if number["ten"] else 0
    return tens * 10 + _DIGITS.index(number["units"] or ""), group_name


async def _list_helpers(connection: Connection, division_id: str, scope: Scope) -> list[PrintedHelper]:
    """Of the place itself, of those below it and of those above it: each once, whatever their hours are."""
    place = Scope.of_division(division_id)
    entries = (await list_roster(connection, scope, division_id=None, role=None)).items
    helpers: dict[PrintedHelper, None] = {}
    for entry in entries:
        near = place.covers(entry.division_id) or Scope.of_division(entry.division_id).covers(division_id)
        if entry.role not in _ROLES or not near:
            continue
        for somebody in [entry] if entry.rotation is None else entry.rotation.people:
            one = PrintedHelper(
                division_id=entry.division_id, role=entry.role, name=somebody.name, phone=somebody.phone
            )
            helpers[one] = None
    return sorted(helpers, key=lambda one: (one.division_id, _ROLES.index(one.role)))
