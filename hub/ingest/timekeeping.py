"""Which time to believe: the device's own, or the moment its message arrived; and whose local time it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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


def settle_time(claimed: datetime | None, received_at: datetime) -> SettledTime:
    """The corrected time of what a device says happened at `claimed`."""
    if claimed is None:
        return SettledTime(received_at, Quality.MISSING, historical=False)
    if claimed - received_at > FUTURE_MAX:
        return SettledTime(received_at, Quality.FUTURE, historical=False)
    age = received_at - claimed
    if age > AGE_MAX:
        return SettledTime(received_at, Quality.IMPLAUSIBLE, historical=False)
    return SettledTime(claimed, Quality.DEVICE, historical=age > LIVE_WITHIN)


@lru_cache(maxsize=256)
def zone_of(name: str | None) -> ZoneInfo:
    """The time zone of that name; the country's where there is none."""
    try:
        return _ZONE if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return _ZONE
