"""Load: what one desk can bear, by EEMUA 191 and ISA-18.2 (DOMAIN.md section 3).

About one alarm in ten minutes is manageable, more than ten in ten minutes is a flood, and a healthy mix is about 5 % of
the highest, 15 % of medium and 80 % of low priority. Critical and high ones are both what must be answered at once.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.reports.shapes import Flood, LoadFigures, Share, Slot
from hub.reports.shares import share_of
from hub.storage.reports import IncidentFact, Period

HOUR = timedelta(hours=1)
MANAGEABLE_AN_HOUR = 6
FLOOD_WINDOW = timedelta(minutes=10)
FLOOD_COUNT = 10
MIX_TARGETS = {"grave": 0.05, "medium": 0.15, "low": 0.80}
_GRAVE = frozenset({"critical", "high"})
#: A period longer than this is drawn by days.
_BY_HOUR_UP_TO = timedelta(days=2)


def figure_load(facts: Sequence[IncidentFact], period: Period, timezone: ZoneInfo) -> LoadFigures:
    """The whole part; hours and days are the division's own."""
    opened = [fact.opened_at for fact in facts]
    hours = _by_hour(opened, timezone)
    busiest = max(hours.items(), key=lambda one: (one[1], -one[0].timestamp()), default=None)
    return LoadFigures(
        incidents=len(facts),
        presses=sum(fact.presses for fact in facts),
        slots=_slots(opened, hours, period, timezone),
        busiest_hour=None if busiest is None else Slot(starts_at=busiest[0], count=busiest[1]),
        hours_above=sum(1 for count in hours.values() if count > MANAGEABLE_AN_HOUR),
        floods=floods_in(opened),
        mix=_mix(facts),
    )


def floods_in(opened: Sequence[datetime]) -> list[Flood]:
    """Times in which more than `FLOOD_COUNT` came within `FLOOD_WINDOW`; those that overlap are one."""
    floods: list[tuple[int, int]] = []
    first = 0
    for last, at in enumerate(opened):
        while at - opened[first] >= FLOOD_WINDOW:
            first += 1
        if last - first + 1 <= FLOOD_COUNT:
            continue
        if floods and first <= floods[-1][1]:
            floods[-1] = (floods[-1][0], last)
        else:
            floods.append((first, last))
    return [Flood(since=opened[first], until=opened[last], count=last - first + 1) for first, last in floods]


def _by_hour(opened: Sequence[datetime], timezone: ZoneInfo) -> Counter[datetime]:
    return Counter(_hour_of(at, timezone) for at in opened)


def _hour_of(at: datetime, timezone: ZoneInfo) -> datetime:
    """The beginning of the local hour, as an instant: the hour that a clock repeats is two."""
    return at - timedelta(
        minutes=(local := at.astimezone(timezone)).minute, seconds=local.second, microseconds=local.microsecond
    )


def _slots(opened: Sequence[datetime], hours: Counter[datetime], period: Period, timezone: ZoneInfo) -> list[Slot]:
    """Every hour of a shift, or every local day of a longer time, those in which nothing came among them."""
    if period.until_at - period.from_at <= _BY_HOUR_UP_TO:
        starts, counts = _hours_of(period, timezone), hours
    else:
        starts, counts = _days_of(period, timezone), Counter(_day_of(at, timezone) for at in opened)
    return [Slot(starts_at=start, count=counts[start]) for start in starts]


def _hours_of(period: Period, timezone: ZoneInfo) -> list[datetime]:
    at = _hour_of(period.from_at, timezone)
    starts = []
    while at < period.until_at:
        starts.append(at)
        at += HOUR
    return starts


def _days_of(period: Period, timezone: ZoneInfo) -> list[datetime]:
    at = _day_of(period.from_at, timezone)
    starts = []
    while at < period.until_at:
        starts.append(at)
        at = _day_of(at + timedelta(hours=30), timezone)  # in the middle of the next day, however long this one is
    return starts


def _day_of(at: datetime, timezone: ZoneInfo) -> datetime:
    local = at.astimezone(timezone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(at.tzinfo)


def _mix(facts: Sequence[IncidentFact]) -> dict[str, Share]:
    counts = Counter("grave" if fact.severity in _GRAVE else fact.severity for fact in facts)
    return {part: share_of(counts[part], len(facts), target) for part, target in MIX_TARGETS.items()}
