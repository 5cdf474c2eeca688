"""What is written about rosters: entries, shifts, turns, overrides, swaps and days."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, BeforeValidator, Field, WithJsonSchema, model_validator

from alerts.rosters import DayKind, DayName, OverrideKind
from hub.api.shapes import Body, DivisionId, Instant, Name, Phone, Text, WholeNumber, YesOrNo
from hub.storage.duty_days import DutyDay
from hub.storage.rosters import RosterEntry, RosterPerson, WrittenOverride, WrittenRotation

RosterRole = Literal["operator", "helper", "township", "supervisor", "leader"]

_ENTRIES_MAX = 200
_PEOPLE_MAX = 100
_SHIFTS_MAX = 30
#: Of one roster: looking two weeks ahead in a larger plan would take seconds.
_SHIFTS_IN_ALL_MAX = 120
_DAYS_MAX = 400
#: A turn that is longer than a year is no turn.
_HOURS_MAX = 366 * 24


def _iso_date(value: object) -> object:
    """A date of this century."""
    if not isinstance(value, str) or len(value) != len("2026-11-22"):
        raise ValueError("must be a date, such as 2026-11-22")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("must be a date, such as 2026-11-22") from None
    if not 2000 <= day.year < 2100:
        raise ValueError("must lie between 2000 and 2100")
    return day


Day = Annotated[date, BeforeValidator(_iso_date), WithJsonSchema({"type": "string", "format": "date"})]
#: Minutes are exact enough for people.
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class WrittenPerson(Body):
    """Somebody who has duty; `account` is the log-in, or the id, under which they hold incidents."""

    read_only = frozenset({"id"})

    name: Name
    phone: Phone | None = None
    account: Annotated[Text, Field(min_length=1)] | None = Field(
        default=None, validation_alias=AliasChoices("account", "account_id")
    )

    def to_storage(self) -> RosterPerson:
        """As it is kept."""
        return RosterPerson(name=self.name, phone=self.phone, account=self.account)


class WrittenShift(Body):
    """On these days (none: all) in the place's local time; one that ends no later than it begins ends the next day.

    A weekday counts whatever the calendar says of it, unless the entry has a shift for what the calendar makes of it.
    """

    days: list[DayName] = Field(default_factory=list, max_length=len(DayName))
    from_: ClockTime = Field(alias="from")
    until: ClockTime

    def to_storage(self) -> dict[str, Any]:
        """As it is kept."""
        return {"days": [str(day) for day in self.days], "from": self.from_, "until": self.until}


class Turn(Body):
    """How long a turn is: one of the three, in what clocks show."""

    hours: WholeNumber | None = Field(default=None, ge=1, le=_HOURS_MAX)
    days: WholeNumber | None = Field(default=None, ge=1, le=_HOURS_MAX // 24)
    weeks: WholeNumber | None = Field(default=None, ge=1, le=_HOURS_MAX // 24 // 7)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.to_storage()) != 1:
            raise ValueError("must be hours, days or weeks: one of the three")
        return self

    def to_storage(self) -> dict[str, int]:
        """As it is kept."""
        return {name: count for name, count in self.model_dump().items() if count is not None}


class Rotation(Body):
    """People who take turns, in their order, from a day and a time of handover on."""

    people: list[WrittenPerson] = Field(min_length=1, max_length=_PEOPLE_MAX)
    starts_on: Day
    handover: ClockTime = "08:00"
    turn: Turn

    def to_storage(self) -> WrittenRotation:
        """As it is kept."""
        return WrittenRotation(
            people=tuple(person.to_storage() for person in self.people),
            starts_on=self.starts_on.isoformat(),
            handover=self.handover,
            turn=self.turn.to_storage(),
        )


class WrittenEntry(WrittenPerson):
    """One person, or some who take turns; always, for a time, or by shifts."""

    read_only = frozenset({"id", "division_id", "role", "gaps_intended"})

    from_: Instant | None = Field(default=None, alias="from")
    until: Instant | None = None
    shifts: list[WrittenShift] = Field(default_factory=list, max_length=_SHIFTS_MAX)
    rotation: Rotation | None = None

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.from_ is not None and self.until is not None and self.until <= self.from_:
            raise ValueError("until must be later than from")
        if self.rotation is not None and (self.phone is not None or self.account is not None):
            raise ValueError("people who take turns have their numbers and accounts each")
        return self

    def to_entry(self) -> RosterEntry:
        """As it is kept."""
        return RosterEntry(
            person=self.to_storage(),
            from_at=self.from_,
            until_at=self.until,
            shifts=tuple(shift.to_storage() for shift in self.shifts),
            rotation=None if self.rotation is None else self.rotation.to_storage(),
        )


class WrittenRoster(Body):
    """The people of one role and place, in the order in which they are rung; they replace those before.

    `gaps_intended`: hours that nobody has are meant so, and are not reported.
    """

    division_id: DivisionId | None = None
    role: RosterRole
    entries: list[WrittenEntry] = Field(max_length=_ENTRIES_MAX)
    gaps_intended: YesOrNo = False

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if sum(len(entry.shifts) for entry in self.entries) > _SHIFTS_IN_ALL_MAX:
            raise ValueError(f"the entries of one roster have at most {_SHIFTS_IN_ALL_MAX} shifts together")
        return self


class Override(Body):
    """For a time somebody replaces another, is added, or is not there.

    `absent` names somebody of the roster. `present` may be somebody of the roster by name alone, or anybody else.
    """

    division_id: DivisionId | None = None
    role: RosterRole
    kind: OverrideKind
    absent: Name | None = None
    present: WrittenPerson | None = None
    from_: Instant = Field(alias="from")
    until: Instant
    reason: Text | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.until <= self.from_:
            raise ValueError("until must be later than from")
        if (self.absent is None) != (self.kind is OverrideKind.ADD):
            raise ValueError("absent is said of a replacement or a removal")
        if (self.present is None) != (self.kind is OverrideKind.REMOVE):
            raise ValueError("present is said of a replacement or an addition")
        return self

    def to_storage(self) -> list[WrittenOverride]:
        """As it is kept."""
        return [
            WrittenOverride(
                kind=self.kind,
                from_at=self.from_,
                until_at=self.until,
                absent=None if self.absent is None else RosterPerson(name=self.absent),
                present=None if self.present is None else self.present.to_storage(),
                reason=self.reason,
            )
        ]


class ExchangedShift(Body):
    """Whose shift it is by the roster, and when."""

    name: Name
    from_: Instant = Field(alias="from")
    until: Instant

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.until <= self.from_:
            raise ValueError("until must be later than from")
        return self


class Swap(Body):
    """Two people of a roster exchange shifts: each serves the other's."""

    division_id: DivisionId | None = None
    role: RosterRole
    one: ExchangedShift
    other: ExchangedShift
    reason: Text | None = None

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.one.name == self.other.name:
            raise ValueError("two people exchange shifts")
        return self

    def to_storage(self) -> list[WrittenOverride]:
        """As it is kept: two replacements that hold or fall together."""
        return [
            WrittenOverride(
                kind=OverrideKind.REPLACE,
                from_at=shift.from_,
                until_at=shift.until,
                absent=RosterPerson(name=shift.name),
                present=RosterPerson(name=substitute),
                reason=self.reason,
            )
            for shift, substitute in ((self.one, self.other.name), (self.other, self.one.name))
        ]


class SaidDay(Body):
    """What kind of day it is; without a kind nothing of one's own is said of it any more."""

    day: Day
    kind: DayKind | None
    name: Annotated[Text, Field(min_length=1)] = "—"

    def to_storage(self) -> DutyDay:
        """As it is kept."""
        return DutyDay(day=self.day, kind=self.kind, name=self.name)


class SaidDays(Body):
    """Days of a place that are not what their weekday, or what was published, says."""

    division_id: DivisionId | None = None
    days: list[SaidDay] = Field(min_length=1, max_length=_DAYS_MAX)
