"""What a roster says: people and their hours, in the order in which they are rung, and what was changed by hand."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from alerts.rosters.calendar import NOTHING_SPECIAL, DutyCalendar
from alerts.rosters.patterns import Rotation, Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who has duty. `key` tells people of one roster apart, also after it was written anew."""

    key: str
    id: str
    name: str
    phone: str | None = None
    account_id: str | None = None  #: The log-in under which they hold incidents.
    disabled: bool = False  #: Their account is: nobody rings them.


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One person, or several in turn: within [from_at, until_at), during its shifts, or always without any."""

    members: tuple[Member, ...]
    rotation: Rotation | None = None
    shifts: tuple[Shift, ...] = ()
    from_at: datetime | None = None
    until_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.members or (len(self.members) > 1 and self.rotation is None):
            raise ValueError("an entry is one person, or some who take turns")


class OverrideKind(StrEnum):
    """What an override does for its time."""

    REPLACE = "replace"  #: Somebody serves the hours of another. 替班
    ADD = "add"  #: Somebody is on duty as well. 加班
    REMOVE = "remove"  #: Somebody is not, and nobody instead. 请假


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """In [from_at, until_at) something else than the plan; a later one goes by what the earlier ones have made."""

    kind: OverrideKind
    from_at: datetime
    until_at: datetime
    absent: str | None = None  #: The key of who is replaced or removed.
    present: Member | None = None  #: Who replaces, or is added.

    def __post_init__(self) -> None:
        if self.until_at <= self.from_at:
            raise ValueError("an override ends after it begins")
        if (self.absent is None) != (self.kind is OverrideKind.ADD):
            raise ValueError("who is absent is said of a replacement or a removal")
        if (self.present is None) != (self.kind is OverrideKind.REMOVE):
            raise ValueError("who is present is said of a replacement or an addition")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Two people exchange shifts (换班): `other` serves in the span of `one`'s shift, and the other way round."""

    one: Member
    other: Member
    shift_of_one: tuple[datetime, datetime]
    shift_of_other: tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The roster of one role and place."""

    division_id: str
    role: str
    timezone: tzinfo
    calendar: DutyCalendar = NOTHING_SPECIAL  #: Of its place.
    entries: tuple[Entry, ...] = ()
    overrides: tuple[Override, ...] = ()
    gaps_intended: bool = False  #: A station that is closed at night: nobody need be there.


def overrides_of(swap: Swap) -> tuple[Override, Override]:
    """An exchange is two replacements, which hold or fall together."""
    return (_replaced(swap.one, swap.other, swap.shift_of_one), _replaced(swap.other, swap.one, swap.shift_of_other))


def _replaced(absent: Member, present: Member, span: tuple[datetime, datetime]) -> Override:
    return Override(kind=OverrideKind.REPLACE, from_at=span[0], until_at=span[1], absent=absent.key, present=present)
