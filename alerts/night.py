"""Nights: which moments of a recipient's local day are night, and when that changes.

A night begins and ends once a day, also when clocks are changed: see `alerts.local_time`.
"""

from datetime import date, datetime, time, timedelta, tzinfo

from alerts.local_time import moment_at

_DAY = timedelta(days=1)


def is_night(at: datetime, timezone: tzinfo, night_from: time, night_until: time) -> bool:
    """Whether the night has begun since it last ended; equal ends make no night.

    Two times of an hour that is left out come together, as clocks jump over it: the later one comes last.
    """
    today = at.astimezone(timezone).date()
    began = _last(at, today, timezone, night_from), night_from
    ended = _last(at, today, timezone, night_until), night_until
    return began > ended


def next_time(at: datetime, timezone: tzinfo, wanted: time) -> datetime:
    """The next moment strictly after `at` at which local clocks come to `wanted`; in `at`'s own zone."""
    today = at.astimezone(timezone).date()
    coming = moment_at(today, wanted, timezone)
    if coming <= at:
        coming = moment_at(today + _DAY, wanted, timezone)
    return coming.astimezone(at.tzinfo)


def last_time(at: datetime, timezone: tzinfo, wanted: time) -> datetime:
    """The last moment at or before `at` at which local clocks came to `wanted`; in `at`'s own zone."""
    return _last(at, at.astimezone(timezone).date(), timezone, wanted).astimezone(at.tzinfo)


def _last(at: datetime, today: date, timezone: tzinfo, wanted: time) -> datetime:
    past = moment_at(today, wanted, timezone)
    return past if past <= at else moment_at(today - _DAY, wanted, timezone)
