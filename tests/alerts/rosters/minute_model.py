"""Who is on duty, told minute by minute by what a clock on the wall shows: slow, and too plain to be wrong."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from alerts.rosters import DutyCalendar, Entry, Member, OverrideKind, Roster, Shift

MINUTE = timedelta(minutes=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Wall:
    """A clock looked at every minute: a time has come with the first minute that shows it, or a later time."""

    def __init__(self, timezone: ZoneInfo, first: date, days: int) -> None:
        self.begin = datetime.combine(first, time(0), UTC)
        self.minutes = days * 24 * 60
        shown = ((self.begin + n * MINUTE).astimezone(timezone).replace(tzinfo=None) for n in range(self.minutes))
        self._latest_shown = list(accumulate(shown, max))

    def minute_of(self, wanted: datetime) -> int:
        """The first minute at which clocks show this local time, or have passed it."""
        return bisect_left(self._latest_shown, wanted)

    def moment(self, minute: int) -> datetime:
        return self.begin + minute * MINUTE


def people_each_minute(roster: Roster, wall: Wall) -> list[list[Member]]:
    """Who is on duty at each minute of the wall's days."""
    each: list[list[Member]] = [[] for _ in range(wall.minutes)]
    for entry in roster.entries:
        for minute, member in enumerate(_entry_each_minute(entry, roster.calendar, wall)):
            if member is not None:
                each[minute].append(member)
    for override in roster.overrides:
        for minute, present in enumerate(each):
            if override.from_at <= wall.moment(minute) < override.until_at:
                if override.kind is OverrideKind.ADD:
                    each[minute] = [*present, *([override.present] if override.present else [])]
                else:
                    substitute = [override.present] if override.present else []
                    each[minute] = [
                        new for old in present for new in ([old] if old.key != override.absent else substitute)
                    ]
    return [[one for number, one in enumerate(people) if one not in people[:number]] for people in each]


def _entry_each_minute(entry: Entry, calendar: DutyCalendar, wall: Wall) -> list[Member | None]:
    serving: list[Member | None] = [entry.members[0]] * wall.minutes
    if entry.rotation is not None:
        serving = [None] * wall.minutes
        turn = datetime.combine(entry.rotation.starts_on, entry.rotation.handover)
        number = 0
        while wall.minute_of(turn) < wall.minutes:
            begin, turn = wall.minute_of(turn), turn + entry.rotation.turn
            end = wall.minute_of(turn)
            serving[begin:end] = [entry.members[number % len(entry.members)]] * (end - begin)
            number += 1
    hours = _in_shifts(entry.shifts, calendar, wall) if entry.shifts else [True] * wall.minutes
    return [
        member
        if hours[minute]
        and (entry.from_at is None or entry.from_at <= wall.moment(minute))
        and (entry.until_at is None or wall.moment(minute) < entry.until_at)
        else None
        for minute, member in enumerate(serving)
    ]


def _in_shifts(shifts: tuple[Shift, ...], calendar: DutyCalendar, wall: Wall) -> list[bool]:
    covered = [False] * wall.minutes
    for offset in range(-2, wall.minutes // 1440 + 2):
        day = wall.begin.date() + timedelta(days=offset)
        for shift in shifts:
            if _is_for(shift, shifts, day, calendar):
                begin = datetime.combine(day, shift.start)
                end = datetime.combine(day, shift.end)
                end += timedelta(days=0 if end > begin else 1)
                span = range(wall.minute_of(begin), wall.minute_of(end))
                covered[span.start : span.stop] = [True] * len(span)
    return covered


def _is_for(shift: Shift, beside: tuple[Shift, ...], day: date, calendar: DutyCalendar) -> bool:
    if not shift.days:
        return True
    if calendar.kind_of(day).value in shift.days:
        return True
    if day in calendar.special and any(calendar.special[day].value in other.days for other in beside):
        return False
    return WEEKDAYS[day.weekday()] in shift.days
