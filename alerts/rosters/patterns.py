"""When a shift lasts, and whose turn a rotation gives: both in the local time of their place.

Times are what clocks show, so a handover at eight is at eight all year: the shift from 22:00 to 06:00 is an hour longer
in the night in which clocks are set back, and an hour shorter in the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from alerts.local_time import moment_at
from alerts.rosters.calendar import DayKind, DutyCalendar

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


class DayName(StrEnum):
    """Which days a shift is for: weekdays, or kinds of days."""

    MON = "mon"  #: 周一
    TUE = "tue"  #: 周二
    WED = "wed"  #: 周三
    THU = "thu"  #: 周四
    FRI = "fri"  #: 周五
    SAT = "sat"  #: 周六
    SUN = "sun"  #: 周日
    WORKDAY = "workday"  #: 工作日
    RESTDAY = "restday"  #: 休息日
    HOLIDAY = "holiday"  #: 节假日


_WEEKDAYS = tuple(DayName)[:7]
_NAME_OF_KIND = {kind: DayName(kind) for kind in DayKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """On these days from `start` until `end`, which is on the next day unless it is later; without days: on each."""

    start: time
    end: time
    days: frozenset[DayName] = frozenset()

    def span(self, day: date, timezone: tzinfo) -> tuple[datetime, datetime]:
        """The shift that begins on this day, as moments."""
        last = day if self.end > self.start else day + _DAY
        return moment_at(day, self.start, timezone), moment_at(last, self.end, timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """One after the other has duty for `turn`, from `starts_on` at the handover time on; before that nobody has.

    A turn is days, weeks or hours of what clocks show: 12 hours from 08:00 are handed over at 20:00 all year.
    """

    starts_on: date
    handover: time
    turn: timedelta

    def __post_init__(self) -> None:
        if self.turn < _HOUR:
            raise ValueError("a turn lasts at least one hour")

    def turn_at(self, at: datetime, timezone: tzinfo) -> int | None:
        """The number of the turn that `at` is in, counted from 0; None before the first."""
        shown = at.astimezone(timezone).replace(tzinfo=None)
        number = (shown - self._first()) // self.turn
        # clocks that were set back show a time again at which the next turn has begun already
        while self.begin_of(number + 1, timezone) <= at:
            number += 1
        return number if number >= 0 else None

    def begin_of(self, number: int, timezone: tzinfo) -> datetime:
        """The moment at which a turn begins; UTC."""
        shown = self._first() + number * self.turn
        return moment_at(shown.date(), shown.time(), timezone)

    def begins(self, since: datetime, until: datetime, timezone: tzinfo) -> Iterator[datetime]:
        """The moments in (since, until) at which a turn begins."""
        reached = self.turn_at(since, timezone)
        number = 0 if reached is None else reached + 1
        while (begin := self.begin_of(number, timezone)) < until:
            yield begin
            number += 1

    def _first(self) -> datetime:
        return datetime.combine(self.starts_on, self.handover)


def applies_on(shift: Shift, day: date, calendar: DutyCalendar, *, named: frozenset[DayName]) -> bool:
    """Whether a shift is for this day; `named` are all days that the shifts beside it name.

    A day that the calendar has made another kind of day follows the pattern for that kind where there is one: weekdays
    then say nothing about it.
    """
    if not shift.days:
        return True
    kind = _NAME_OF_KIND[calendar.kind_of(day)]
    if kind in shift.days:
        return True
    overruled = calendar.is_special(day) and kind in named
    return not overruled and _WEEKDAYS[day.weekday()] in shift.days


def shift_spans(
    shifts: tuple[Shift, ...], calendar: DutyCalendar, timezone: tzinfo, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The spans of all shifts that may reach into [since, until], in the order of their days."""
    named = frozenset(day for shift in shifts for day in shift.days)
    day = since.astimezone(timezone).date() - _DAY
    last = until.astimezone(timezone).date() + _DAY
    while day <= last:
        for shift in shifts:
            if applies_on(shift, day, calendar, named=named):
                yield shift.span(day, timezone)
        day += _DAY


def utc(at: datetime) -> datetime:
    """The same moment in UTC, so that two of them are compared as moments."""
    return at.astimezone(UTC)
