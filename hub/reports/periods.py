"""From when until when: a month in the division's own time, or any stretch that somebody asks for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.storage.reports import Period

#: A year and the month before it.
LONGEST = timedelta(days=400)
#: What is listed incident by incident.
LONGEST_SHIFT = timedelta(days=7)


class BadPeriodError(ValueError):
    """No such time, or one that is too long; the message says which."""


def month_of(month: str, timezone: ZoneInfo) -> Period:
    """`2026-11` as it is there: from its first midnight to the next month's.

    Raises:
        BadPeriodError: it is no month.
    """
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=timezone)
    except ValueError:
        raise BadPeriodError("must be a month such as 2026-11") from None
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return Period(first.astimezone(UTC), following.astimezone(UTC))


def stretch(from_at: datetime, until_at: datetime, longest: timedelta) -> Period:
    """Any stretch that is not longer than `longest`.

    Raises:
        BadPeriodError: it ends before it begins, or is too long.
    """
    if until_at <= from_at:
        raise BadPeriodError("must end after it begins")
    if until_at - from_at > longest:
        raise BadPeriodError(f"must be {longest.days} days long at most")
    return Period(from_at, until_at)
