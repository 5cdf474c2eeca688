"""Nights: which moments of a recipient's local day are night, and when that changes.

A time of day comes once a day. Where clocks are set back and show an hour twice it has come with the first; where they
are set forward, a time in the hour that is left out comes as they jump over it. So a night begins and ends once, and
moments are compared as moments, never as clocks show them: two of one zone would be compared by their faces.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

_DAY = timedelta(days=1)
#: Some days of all the profiles of a few zones: who is judged now asks about yesterday, today and tomorrow.
_REMEMBERED = 4096


def is_night(at: datetime, timezone: tzinfo, night_from: time, night_until: time) -> bool:
    """Whether the night has begun since it last ended; equal ends make no night.

    Two times of an hour that is left out come together, as clocks jump over it: the later one comes last.
    """
    began = last_time(at, timezone, night_from), night_from
    ended = last_time(at, timezone, night_until), night_until
    return began > ended


def next_time(at: datetime, timezone: tzinfo, wanted: time) -> datetime:
    """The next moment strictly after `at` at which local clocks come to `wanted`; in `at`'s own zone."""
    today = at.astimezone(timezone).date()
    coming = _moment(today, wanted, timezone)
    if coming <= at:
        coming = _moment(today + _DAY, wanted, timezone)
    return coming.astimezone(at.tzinfo)


def last_time(at: datetime, timezone: tzinfo, wanted: time) -> datetime:
    """The last moment at or before `at` at which local clocks came to `wanted`; in `at`'s own zone."""
    today = at.astimezone(timezone).date()
    past = _moment(today, wanted, timezone)
    if past > at:
        past = _moment(today - _DAY, wanted, timezone)
    return past.astimezone(at.tzinfo)


@lru_cache(maxsize=_REMEMBERED)
def _moment(day: date, wanted: time, timezone: tzinfo) -> datetime:
    """When clocks come to a time of that day; UTC. Remembered: it is asked several times for each judged moment."""
    shown = datetime.combine(day, wanted, timezone)
    first, second = shown.astimezone(UTC), shown.replace(fold=1).astimezone(UTC)
    return first if first <= second else _jump_between(second, first, timezone)


def _jump_between(before: datetime, after: datetime, timezone: tzinfo) -> datetime:
    """When clocks are set forward, to the second."""
    before = before.replace(microsecond=0)
    offset = before.astimezone(timezone).utcoffset()
    low, high = 0, round((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(timezone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)
