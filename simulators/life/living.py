"""A life as it is lived: the planned days, and the turns that a scenario gives them.

A turn changes what comes, never what was: steps never fall before midnight.
"""

import random
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import cos, floor, radians, sin, tau

from simulators.life.day import Span, plan_day
from simulators.life.pastimes import BEARINGS, Bearing, Pastime, Place
from simulators.life.person import Person

_METRES_PER_DEG = 111_320.0
#: How far somebody old walks from home, at most.
_WALK_RADIUS_M = 900.0
_AWAY_M = 14_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One person at one instant."""

    at: datetime
    pastime: Pastime
    since: datetime
    steps: int  #: Since local midnight.
    lat: float
    lon: float
    resting_heart_rate_bpm: int
    seed: str
    local_hour: float

    @property
    def bearing(self) -> Bearing:
        """What it looks like from outside."""
        return BEARINGS[self.pastime]

    @property
    def is_home(self) -> bool:
        """Whether what is fixed to the home can see this person at all."""
        return self.bearing.place is not Place.OUT

    def dice(self, purpose: str) -> random.Random:
        """Chance that is the same for the same instant and purpose."""
        return random.Random(f"{self.seed}/{purpose}/{self.at.timestamp():.3f}")


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that was not planned; without an end it lasts until the next turn ends it."""

    start: datetime
    end: datetime | None
    pastime: Pastime


class Life:
    """The days of one person; `turn` and `resume` may be called for now or later, never for the past."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self._turns: list[Turn] = []
        self._days: dict[date, _LivedDay] = {}

    def turn(self, at: datetime, pastime: Pastime, *, until: datetime | None = None) -> None:
        """From `at` on this is what happens; a turn that was going on ends."""
        self.resume(at)
        self._turns.append(Turn(at, until, pastime))
        self._days.clear()

    def resume(self, at: datetime) -> None:
        """The planned day goes on."""
        self._turns = [
            replace(turn, end=at) if turn.end is None or turn.end > at else turn
            for turn in self._turns
            if turn.start < at
        ]
        self._days.clear()

    def at(self, now: datetime) -> Moment:
        """What there is to measure."""
        day = self.person.day_of(now)
        lived = self._days.get(day)
        if lived is None:
            if len(self._days) > 2:
                self._days.clear()
            lived = self._days[day] = _LivedDay(_overlay(plan_day(self.person, day), self._turns), self.person)
        span = lived.span_at(now)
        lat, lon = _where(self.person, span, now)
        return Moment(
            at=now,
            pastime=span.pastime,
            since=span.start,
            steps=lived.steps_until(now),
            lat=lat,
            lon=lon,
            resting_heart_rate_bpm=self.person.resting_heart_rate_bpm,
            seed=self.person.seed,
            local_hour=(now - self.person.midnight(day)) / timedelta(hours=1),
        )


class _LivedDay:
    """The spans of one local day with the steps walked before each."""

    def __init__(self, spans: list[Span], person: Person) -> None:
        self._spans = spans
        self._starts = [span.start for span in spans]
        self._per_min = [BEARINGS[span.pastime].steps_per_min * person.pace for span in spans]
        self._before = [0.0]
        for span, per_min in zip(spans, self._per_min, strict=True):
            self._before.append(self._before[-1] + per_min * ((span.end - span.start) / timedelta(minutes=1)))

    def span_at(self, now: datetime) -> Span:
        return self._spans[self._index(now)]

    def steps_until(self, now: datetime) -> int:
        index = self._index(now)
        minutes = (now - self._starts[index]) / timedelta(minutes=1)
        return floor(self._before[index] + self._per_min[index] * minutes)

    def _index(self, now: datetime) -> int:
        return max(bisect_right(self._starts, now) - 1, 0)


def _overlay(plan: tuple[Span, ...], turns: list[Turn]) -> list[Span]:
    """The plan with the turns in it, still without a gap."""
    midnight, next_midnight = plan[0].start, plan[-1].end
    spans = list(plan)
    for turn in turns:
        start, end = max(turn.start, midnight), min(turn.end or next_midnight, next_midnight)
        if start >= end:
            continue
        before = [replace(span, end=min(span.end, start)) for span in spans if span.start < start]
        after = [replace(span, start=max(span.start, end)) for span in spans if span.end > end]
        spans = [*before, Span(start, end, turn.pastime), *after]
    return spans


def _where(person: Person, span: Span, now: datetime) -> tuple[float, float]:
    """A walk is a loop that begins and ends at home; `AWAY` is a place in the next township."""
    if BEARINGS[span.pastime].place is not Place.OUT:
        return person.home_lat, person.home_lon
    dice = random.Random(f"{person.seed}/way/{span.start.isoformat()}")
    bearing = dice.uniform(0, tau)
    if span.pastime is Pastime.AWAY:
        reached = min((now - span.start) / timedelta(minutes=40), 1.0)
        return _moved(person, _AWAY_M * reached, bearing)
    share = min((now - span.start) / max(span.end - span.start, timedelta(minutes=1)), 1.0)
    radius_m = dice.uniform(0.2, 1.0) * _WALK_RADIUS_M * min((span.end - span.start) / timedelta(minutes=45), 1.0)
    return _moved(person, radius_m * sin(share * tau / 2), bearing + share)


def _moved(person: Person, metres: float, direction: float) -> tuple[float, float]:
    lat = person.home_lat + metres * cos(direction) / _METRES_PER_DEG
    lon = person.home_lon + metres * sin(direction) / (_METRES_PER_DEG * cos(radians(person.home_lat)))
    return round(lat, 6), round(lon, 6)
