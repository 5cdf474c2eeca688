"""Nights: which moments of a recipient's local day are night, and when that changes."""

from datetime import datetime, time, timedelta, tzinfo


def is_night(at: datetime, timezone: tzinfo, night_from: time, night_until: time) -> bool:
    """Whether the local time lies in [from, until), which may pass midnight; equal ends make no night."""
    local = at.astimezone(timezone).time()
    if night_from <= night_until:
        return night_from <= local < night_until
    return local >= night_from or local < night_until


def next_time(at: datetime, timezone: tzinfo, wanted: time) -> datetime:
    """The next moment strictly after `at` at which local clocks show `wanted`; in `at`'s own zone."""
    local = at.astimezone(timezone)
    candidate = datetime.combine(local.date(), wanted, timezone)
    if candidate <= local:
        candidate = datetime.combine(local.date() + timedelta(days=1), wanted, timezone)
    return candidate.astimezone(at.tzinfo)


def last_time(at: datetime, timezone: tzinfo, wanted: time) -> datetime:
    """The last moment at or before `at` at which local clocks showed `wanted`; in `at`'s own zone."""
    local = at.astimezone(timezone)
    candidate = datetime.combine(local.date(), wanted, timezone)
    if candidate > local:
        candidate = datetime.combine(local.date() - timedelta(days=1), wanted, timezone)
    return candidate.astimezone(at.tzinfo)
