"""Rosters as the core reads them: those in force at a moment, with what was changed by hand and with their days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.rosters import (
    NOTHING_SPECIAL,
    DayKind,
    DayName,
    DutyCalendar,
    Entry,
    Member,
    Override,
    OverrideKind,
    Roster,
    Rotation,
    Shift,
)
from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope, division_prefix

#: A shift may have begun the day before; a day's kind is asked for a day after.
_DAYS_AROUND = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rosters: those of a place and of all above it (`covering`), or those below a scope; of some roles, or all.

    [`since`, `until`]: the moments that will be asked about.
    """

    since: datetime
    until: datetime
    known_at: datetime  #: What was in force then: of the past what was known then, of the future what is known now.
    covering: str | None = None
    scope: Scope | None = None
    roles: Sequence[str] | None = None

    @property
    def sql(self) -> dict[str, Any]:
        """The parameters of the statements."""
        return {
            "since": self.since,
            "known_at": self.known_at,
            "covering": self.covering,
            "scope": None if self.scope is None else self.scope.sql,
            "roles": None if self.roles is None else list(self.roles),
        }


async def load_rosters(connection: Connection, wanted: Wanted) -> list[Roster]:
    """The rosters, nearest place first, each in the order in which it is rung."""
    entries: dict[tuple[str, str], list[Entry]] = {}
    zones: dict[tuple[str, str], ZoneInfo] = {}
    cursor = await connection.execute(queries("roster_rows").entries, wanted.sql)
    gaps_intended = set()
    for division_id, role, timezone, is_intended, *columns in await cursor.fetchall():
        zones[division_id, role] = ZoneInfo(timezone)
        if is_intended:
            gaps_intended.add((division_id, role))
        entries.setdefault((division_id, role), []).append(_entry(*columns))
    overrides: dict[tuple[str, str], list[Override]] = {}
    cursor = await connection.execute(queries("roster_rows").overrides, wanted.sql)
    for division_id, role, timezone, *columns in await cursor.fetchall():
        zones[division_id, role] = ZoneInfo(timezone)
        overrides.setdefault((division_id, role), []).append(_override(*columns))
    rosters = [
        Roster(
            division_id=division_id,
            role=role,
            timezone=zone,
            calendar=await _calendar(connection, division_id, tuple(entries.get((division_id, role), ())), wanted),
            entries=tuple(entries.get((division_id, role), ())),
            overrides=tuple(overrides.get((division_id, role), ())),
            gaps_intended=(division_id, role) in gaps_intended,
        )
        for (division_id, role), zone in zones.items()
    ]
    return sorted(rosters, key=lambda roster: -len(division_prefix(roster.division_id)))


def member_key(account_id: object, name: str) -> str:
    """What tells people of one roster apart, also after it was written anew."""
    return str(account_id) if account_id is not None else name


async def _calendar(connection: Connection, division_id: str, entries: Sequence[Entry], wanted: Wanted) -> DutyCalendar:
    """The special days of a place; not read where no shift asks what kind of day it is."""
    if not any(_asks_for_days(shift) for entry in entries for shift in entry.shifts):
        return NOTHING_SPECIAL
    cursor = await connection.execute(
        queries("roster_rows").days,
        {
            "division_id": division_id,
            "first": wanted.since.date() - _DAYS_AROUND,
            "last": wanted.until.date() + _DAYS_AROUND,
            "known_at": wanted.known_at,
        },
    )
    return DutyCalendar(special={day: DayKind(kind) for day, kind in await cursor.fetchall()})


def _asks_for_days(shift: Shift) -> bool:
    return not shift.days.isdisjoint(DayName(kind) for kind in DayKind)


# --- From rows -----------------------------------------------------------------------------------------------------


def _entry(
    entry_id: object,
    name: str,
    phone: str | None,
    from_at: datetime | None,
    until_at: datetime | None,
    account_id: object,
    shifts: list[dict[str, Any]],
    rotation: dict[str, Any] | None,
    accounts: dict[str, Any] | None,
) -> Entry:
    if rotation is None:
        people = [{"id": str(entry_id), "name": name, "phone": phone, "account_id": account_id}]
    else:
        people = rotation["people"]
    return Entry(
        members=tuple(_member(person, accounts or {}) for person in people),
        rotation=None if rotation is None else rotation_from_json(rotation),
        shifts=tuple(shift_from_json(shift) for shift in shifts),
        from_at=from_at,
        until_at=until_at,
    )


def _override(
    kind: str,
    absent_key: str | None,
    present: dict[str, Any] | None,
    from_at: datetime,
    until_at: datetime,
    account: dict[str, Any] | None,
) -> Override:
    accounts = {str(present["account_id"]): account} if present is not None and account is not None else {}
    return Override(
        kind=OverrideKind(kind),
        from_at=from_at,
        until_at=until_at,
        absent=absent_key,
        present=None if present is None else _member(present, accounts),
    )


def _member(person: Mapping[str, Any], accounts: Mapping[str, Any]) -> Member:
    """A person; whose own number is not given has that of their account."""
    account_id = None if person["account_id"] is None else str(person["account_id"])
    account = accounts.get(account_id or "", {})
    return Member(
        key=member_key(account_id, person["name"]),
        id=person["id"],
        name=person["name"],
        phone=person["phone"] or account.get("phone"),
        account_id=account_id,
        disabled=bool(account.get("disabled", False)),
    )


def shift_from_json(shift: Mapping[str, Any]) -> Shift:
    """A shift as its row has it: {days, from, until}."""
    return Shift(
        start=time.fromisoformat(shift["from"]),
        end=time.fromisoformat(shift["until"]),
        days=frozenset(DayName(day) for day in shift["days"]),
    )


def rotation_from_json(rotation: Mapping[str, Any]) -> Rotation:
    """The turns of a rotation as its row has them: {starts_on, handover, turn}; a turn is hours, days or weeks."""
    return Rotation(
        starts_on=date.fromisoformat(rotation["starts_on"]),
        handover=time.fromisoformat(rotation["handover"]),
        turn=timedelta(**{unit: count for unit, count in rotation["turn"].items() if count is not None}),
    )
