"""A smartwatch through an ordinary day of somebody old: asleep, up, out for a walk, at table, asleep again.

The day is a function of the local time and a seed. The same seed walks the same steps, so a finding comes again.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulators.device import SimulatedDevice
from simulators.link import HubAddress
from simulators.notes import Report


@dataclass(frozen=True, slots=True)
class Span:
    """What a person does from an hour of the day on."""

    from_hour: float
    posture: str
    activity: float  #: 0-1, over the interval of a reading.
    steps_per_hour: int
    heart_rate_bpm: int
    in_bed: bool = False


#: An ordinary day; the hours shift by the seed, because nobody gets up at the same minute as the neighbour.
DAY = (
    Span(0.0, "lying", 0.02, 0, 58, in_bed=True),
    Span(6.3, "sitting", 0.12, 120, 70),
    Span(8.0, "walking", 0.55, 2100, 92),
    Span(9.5, "sitting", 0.10, 90, 68),
    Span(11.3, "standing", 0.30, 500, 80),
    Span(12.5, "lying", 0.03, 0, 62, in_bed=True),
    Span(14.0, "sitting", 0.12, 150, 70),
    Span(16.5, "walking", 0.45, 1700, 88),
    Span(18.0, "sitting", 0.10, 60, 70),
    Span(21.2, "lying", 0.02, 0, 60, in_bed=True),
)
#: The wearer charges the watch while at breakfast and does not wear it then.
CHARGING_HOURS = (6.5, 7.5)
BATTERY_LOSS_PCT_PER_HOUR = 3.5
#: Habits shift, midnight does not: steps count from the local one.
JUST_BEFORE_24 = 23.999


class WatchReadings:
    """What the watch of one person measures at any time; `seed` makes the person."""

    def __init__(self, *, seed: str, timezone: str = "Asia/Shanghai") -> None:
        person = random.Random(seed)
        self._seed = seed
        self._zone = ZoneInfo(timezone)
        self._shift_h = person.uniform(-0.5, 0.5)
        self._heart_rate_offset = person.randint(-6, 6)

    def __call__(self, now: datetime) -> Mapping[str, Any]:
        """One reading, as it goes on the wire."""
        local = now.astimezone(self._zone)
        hour = min(max(local.hour + local.minute / 60 + local.second / 3600 + self._shift_h, 0.0), JUST_BEFORE_24)
        if CHARGING_HOURS[0] <= hour < CHARGING_HOURS[1]:
            return {"worn": False, "charging": True, "battery_pct": self._battery_pct(hour), "signal_dbm": -77}
        span = _span_at(hour)
        jitter = random.Random(f"{self._seed}/{int(now.timestamp())}")
        return {
            "heart_rate_bpm": span.heart_rate_bpm + self._heart_rate_offset + jitter.randint(-3, 3),
            "spo2_pct": jitter.choice((96, 97, 97, 98)),
            "steps": _steps_until(hour),
            "activity": round(min(max(span.activity + jitter.uniform(-0.02, 0.02), 0.0), 1.0), 2),
            "posture": span.posture,
            "in_bed": span.in_bed,
            "worn": True,
            "charging": False,
            "battery_pct": self._battery_pct(hour),
            "signal_dbm": -81 + jitter.randint(-4, 4),
        }

    def _battery_pct(self, hour: float) -> int:
        start, end = CHARGING_HOURS
        hours_since_full = (hour - end) % 24
        lost = BATTERY_LOSS_PCT_PER_HOUR * (24 - (end - start))
        if start <= hour < end:
            return round(100 - lost * (end - hour) / (end - start))
        return math.floor(100 - BATTERY_LOSS_PCT_PER_HOUR * hours_since_full)


def smartwatch(
    *,
    address: HubAddress,
    device_id: str,
    password: str,
    report: Report,
    seed: str,
    measure_every: timedelta = timedelta(minutes=1),
) -> SimulatedDevice:
    """A watch on somebody's wrist, ready to `run`; to be called inside a running event loop."""
    return SimulatedDevice(
        address=address,
        device_id=device_id,
        password=password,
        measure=WatchReadings(seed=seed),
        report=report,
        measure_every=measure_every,
        firmware="watch-simulator-1",
    )


def _span_at(hour: float) -> Span:
    return [span for span in DAY if span.from_hour <= hour][-1]


def _steps_until(hour: float) -> int:
    """Steps since midnight: they never fall before the day is over."""
    ends = [*(span.from_hour for span in DAY[1:]), 24.0]
    return math.floor(
        sum(
            span.steps_per_hour * (min(hour, end) - span.from_hour)
            for span, end in zip(DAY, ends, strict=True)
            if span.from_hour < hour
        )
    )
