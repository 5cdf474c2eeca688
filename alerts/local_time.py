"""When clocks come to a time of a day. Every rule about summer time is here.

A time of day comes once a day. Where clocks are set back and show an hour twice it has come with the first; where they
are set forward, a time in the hour that is left out comes as they jump over it. So moments keep the order of what
clocks show, and are compared as moments, never as clocks show them: two of one zone would be compared by their faces.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

#: Some days of all the profiles and rosters of a few zones: each is asked for yesterday, today and tomorrow.
_REMEMBERED = 4096


@lru_cache(maxsize=_REMEMBERED)
def moment_at(day: date, wanted: time, timezone: tzinfo) -> datetime:
    """When clocks come to a time of that day; UTC. Remembered: it is asked several times for each judged moment."""
    shown = datetime.combine(day, wanted.replace(fold=0), timezone)  # what clocks show has no fold, and equal is equal
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
