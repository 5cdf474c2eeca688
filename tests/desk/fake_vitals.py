"""What the people of the fake hub measure: a quiet night, a rise before the event, and a gap; the same every time."""

import math
from datetime import datetime, timedelta
from uuid import UUID

from tests.desk.fake_state import DEVICE, PERSON, Json, identity, stamp

_MINUTE = timedelta(minutes=1)
#: Every so many people one has a button, which measures nothing; another has not been heard of for a day.
NOTHING_EVERY, SILENT_EVERY = 7, 5


def _number(recipient_id: str) -> int:
    return UUID(recipient_id).int & 0xFFFF


def _measures(minutes_ago: float, number: int) -> Json:
    calm = 62 + number % 9 + 4 * math.sin(minutes_ago / 23) + 2 * math.sin(minutes_ago / 3.1)
    rise = 46 * math.exp(-(((minutes_ago - 4) / 7) ** 2))
    means = {
        "heart_rate_bpm": calm + rise,
        "spo2_pct": 96 + math.sin(minutes_ago / 31) - 6 * math.exp(-(((minutes_ago - 3) / 9) ** 2)),
        "respiration_rate_bpm": 14 + math.sin(minutes_ago / 17) + 7 * math.exp(-(((minutes_ago - 4) / 8) ** 2)),
    }
    return {
        name: {"avg": round(mean, 1), "min": round(mean - 2), "max": round(mean + 3), "count": 6}
        for name, mean in means.items()
    }


def last_of(recipient_id: str, now: datetime) -> list[Json]:
    """The last value of each measure; the blood pressure is of this morning."""
    number = _number(recipient_id)
    if number % NOTHING_EVERY == 0 or number % SILENT_EVERY == 0:
        return []
    device_id = identity(number, DEVICE)
    recent = {name: summary["avg"] for name, summary in _measures(0, number).items()}
    ages: dict[str, tuple[object, timedelta]] = {name: (value, timedelta(seconds=50)) for name, value in recent.items()}
    ages |= {
        "systolic_mmhg": (138.0, timedelta(hours=3)),
        "diastolic_mmhg": (84.0, timedelta(hours=3)),
        "body_temperature_c": (36.62, timedelta(minutes=40)),
        "steps": (1834, timedelta(seconds=50)),
        "posture": ("lying", timedelta(seconds=50)),
    }
    return [
        {
            "measure": name,
            "value": value,
            "measured_at": stamp(now - age),
            "quality": "corrected" if name == "body_temperature_c" else "device",
            "device_id": device_id,
        }
        for name, (value, age) in ages.items()
    ]


def page_of(recipient_id: str, begin: datetime, end: datetime, *, cursor: str | None, limit: int) -> Json:
    """A page of minutes, the oldest first, with forty of them missing in the middle."""
    number = _number(recipient_id)
    if number % NOTHING_EVERY == 0:
        return {"items": [], "next": None}
    first = int(cursor or 0)
    every = [begin + _MINUTE * step for step in range(int((end - begin) / _MINUTE))]
    told = [at for at in every if not timedelta(minutes=150) < end - at < timedelta(minutes=190)]
    shown = told[first : first + limit]
    following = str(first + limit) if first + limit < len(told) else None
    return {"items": [_bucket(number, at, end) for at in shown], "next": following}


def _bucket(number: int, at: datetime, end: datetime) -> Json:
    return {
        "device_id": identity(number, DEVICE),
        "recipient_id": identity(number, PERSON),
        "bucket": stamp(at),
        "readings": 6,
        "measures": _measures((end - at) / _MINUTE, number),
        "steps_min": 1800,
        "steps_max": 1834,
        "posture": "lying",
        "in_bed": None,
        "worn": True,
        "charging": False,
        "battery_pct": 76.0,
    }
