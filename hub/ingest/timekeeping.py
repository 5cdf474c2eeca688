"""Which time to believe: the device's own, corrected where its clock is known, or the moment its message arrived.

And whose local time it is. By how much a clock is off is learned in `hub.ingest.clock_learning`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.storage.device_clocks import RIGHT_CLOCK, DeviceClock

#: A time further ahead than this is a wrong clock (DOMAIN.md section 4).
FUTURE_MAX = timedelta(minutes=2)
#: Readings are kept for 12 months: an older one is a clock that lost its year, not history.
AGE_MAX = timedelta(days=400)
#: A live device reports within minutes; what is older was buffered and must not touch live state.
LIVE_WITHIN = timedelta(minutes=10)
#: Where no usable zone is on record.
_ZONE = ZoneInfo("Asia/Shanghai")


class Quality(StrEnum):
    """Where a stored time comes from."""

    DEVICE = "device"  #: As the device said.
    CORRECTED = "corrected"  #: As the device said, and the offset that its clock is known to have.
    MISSING = "missing"  #: It said none: the time of receipt.
    FUTURE = "future"  #: It said a time that has not come yet: the time of receipt.
    IMPLAUSIBLE = "implausible"  #: It said a time from before its life: the time of receipt.


#: Qualities that mean a clock somebody should set.
WRONG_CLOCK = frozenset({Quality.FUTURE, Quality.IMPLAUSIBLE})


@dataclass(frozen=True, slots=True)
class SettledTime:
    """The time to work with, and how far it can be trusted."""

    at: datetime
    quality: Quality
    historical: bool


def fits(lateness: timedelta, offset: timedelta) -> bool:
    """Whether a message that is late by this may come live from a clock with this offset."""
    return -FUTURE_MAX <= lateness - offset <= LIVE_WITHIN


def settle_time(claimed: datetime | None, received_at: datetime, clock: DeviceClock = RIGHT_CLOCK) -> SettledTime:
    """The corrected time of what a device says happened at `claimed`."""
    if claimed is None:
        return SettledTime(received_at, Quality.MISSING, historical=False)
    lateness = received_at - claimed
    if clock.offset and (corrected := _correct(received_at, lateness - clock.offset)) is not None:
        return corrected
    if lateness < -FUTURE_MAX:
        # Set right a while ago: what it buffered before that still carries the wrong time.
        if clock.former_offset is not None:
            corrected = _correct(received_at, lateness - clock.former_offset)
            if corrected is not None:
                return corrected
        return SettledTime(received_at, Quality.FUTURE, historical=False)
    if lateness > AGE_MAX:
        return SettledTime(received_at, Quality.IMPLAUSIBLE, historical=False)
    return SettledTime(claimed, Quality.DEVICE, historical=lateness > LIVE_WITHIN)


def settle_event_time(
    occurred_at: datetime | None, sent_at: datetime | None, received_at: datetime, clock: DeviceClock = RIGHT_CLOCK
) -> SettledTime:
    """The corrected time of an event, which unlike a reading may say when it was sent.

    In doubt an event is of now: a clock that runs hours ahead may have been set right, or have buffered this so long.
    """
    if clock.offset and occurred_at is not None and fits(received_at - occurred_at, timedelta()):
        return settle_time(occurred_at, received_at)
    settled = settle_time(occurred_at, received_at, clock)
    if settled.quality in WRONG_CLOCK and occurred_at is not None and sent_at is not None:
        # Wrong as it is, the same clock says how long after the event it was sent.
        aged = None if settle_time(sent_at, received_at).quality not in WRONG_CLOCK else sent_at - occurred_at
        if aged is not None and aged >= timedelta():
            return _correct(received_at, aged) or settled
    return settled


def _correct(received_at: datetime, delay: timedelta) -> SettledTime | None:
    """What was on its way for `delay`; None: no message takes so long, and none arrives before it was sent."""
    if not -FUTURE_MAX <= delay <= AGE_MAX:
        return None
    return SettledTime(received_at - max(delay, timedelta()), Quality.CORRECTED, historical=delay > LIVE_WITHIN)


@lru_cache(maxsize=256)
def zone_of(name: str | None) -> ZoneInfo:
    """The time zone of that name; the country's where there is none."""
    try:
        return _ZONE if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return _ZONE
