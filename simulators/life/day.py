"""A plausible day: a person and a date make spans without a gap from one local midnight to the next.

Meals, sleep and the nap are fixed points that shift a little from day to day; what lies between is filled with what the
person likes to do. Nights have visits to the toilet, some afternoons a visitor.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from simulators.life.pastimes import Pastime
from simulators.life.person import Person

#: Nothing that somebody does is shorter; a rest of a gap goes to what came before it.
SHORTEST_MIN = 4
#: Nobody goes for a walk in the dark.
DAYLIGHT_MIN = (7 * 60 + 30, 17 * 60)
_MINUTES_A_DAY = 24 * 60
_LATEST_BED_MIN = 23 * 60 + 15


@dataclass(frozen=True, slots=True)
class Span:
    """What somebody does from `start` until `end`; aware UTC."""

    start: datetime
    end: datetime
    pastime: Pastime


Sketch = list[tuple[int, Pastime]]  #: From this minute of the day on.


@lru_cache(maxsize=4096)
def plan_day(person: Person, day: date) -> tuple[Span, ...]:
    """The day of this person, whole."""
    midnight, length = person.midnight(day), person.length_of(day)
    sketch = [(minute, pastime) for minute, pastime in _sketch(person, day) if timedelta(minutes=minute) < length]
    starts = [midnight + timedelta(minutes=minute) for minute, _ in sketch]
    ends = [*starts[1:], midnight + length]
    return tuple(Span(start, end, pastime) for start, end, (_, pastime) in zip(starts, ends, sketch, strict=True))


def _sketch(person: Person, day: date) -> Sketch:
    dice = random.Random(f"day/{person.seed}/{day.isoformat()}")
    wake = person.wakes_at_min + _shift(dice, 12)
    lunch = person.lunch_at_min + _shift(dice, 10)
    supper = person.supper_at_min + _shift(dice, 10)
    bed = min(person.beds_at_min + _shift(dice, 18), _LATEST_BED_MIN)
    parts = [
        *_night(0, wake, dice, person.toilets_a_night),
        *_morning(wake, lunch - 30, dice, person),
        *_meal(lunch, dice),
        *_afternoon(lunch + 30, supper - 30, dice, person),
        *_meal(supper, dice),
        *_fill(supper + 30, bed - 15, dice, _EVENING),
        (bed - 15, Pastime.WASHING),
        *_night(bed, _MINUTES_A_DAY, dice, 0.2),
    ]
    return _joined(parts)


def _shift(dice: random.Random, spread_min: int) -> int:
    return round(dice.triangular(-2 * spread_min, 2 * spread_min, 0))


def _night(start: int, end: int, dice: random.Random, toilets: float) -> Iterator[tuple[int, Pastime]]:
    """Asleep, but for the times that somebody gets up."""
    yield start, Pastime.SLEEPING
    times = min(int(dice.expovariate(1 / toilets)) if toilets else 0, 3)
    first, last = start + 30, end - 40
    if last <= first:
        return
    for minute in sorted(dice.sample(range(first, last, 25), k=min(times, (last - first) // 25))):
        yield minute, Pastime.TOILET
        yield minute + dice.randint(SHORTEST_MIN, 9), Pastime.SLEEPING


def _morning(start: int, end: int, dice: random.Random, person: Person) -> Iterator[tuple[int, Pastime]]:
    at = start
    for pastime, shortest, longest in (
        (Pastime.TOILET, 5, 9),
        (Pastime.WASHING, 8, 15),
        (Pastime.COOKING, 15, 25),
        (Pastime.EATING, 18, 30),
    ):
        yield at, pastime
        at += dice.randint(shortest, longest)
    yield from _fill(at, end, dice, _free_hours(person))


def _meal(at: int, dice: random.Random) -> Iterator[tuple[int, Pastime]]:
    """From half an hour before until half an hour after: cooked, eaten, sat over."""
    yield at - 30, Pastime.COOKING
    yield at, Pastime.EATING
    yield at + dice.randint(18, 26), Pastime.RESTING


def _afternoon(start: int, end: int, dice: random.Random, person: Person) -> Iterator[tuple[int, Pastime]]:
    at = start
    if person.naps:
        at += dice.randint(5, 20)
        yield start, Pastime.RESTING
        yield at, Pastime.NAPPING
        at += dice.randint(40, 95)
    if dice.random() < person.visits_a_week / 7:
        comes = at + dice.randint(5, 40)
        leaves = min(comes + dice.randint(30, 90), end - 20)
        yield from _fill(at, comes, dice, _free_hours(person))
        yield comes, Pastime.HOSTING
        at = leaves
    yield from _fill(at, end, dice, _free_hours(person))


@dataclass(frozen=True, slots=True)
class _Liking:
    pastime: Pastime
    weight: float
    shortest_min: int
    longest_min: int


_EVENING = (_Liking(Pastime.RESTING, 5, 30, 80), _Liking(Pastime.TOILET, 1, 5, 8), _Liking(Pastime.CHORES, 0.5, 8, 20))


def _free_hours(person: Person) -> tuple[_Liking, ...]:
    return (
        _Liking(Pastime.RESTING, 3, 25, 70),
        _Liking(Pastime.CHORES, 2, 15, 50),
        _Liking(Pastime.WALKING, 4 * person.walks, 20, 60),
        _Liking(Pastime.TOILET, 0.7, 5, 8),
    )


def _fill(start: int, end: int, dice: random.Random, likings: tuple[_Liking, ...]) -> Iterator[tuple[int, Pastime]]:
    at, before = start, None
    while at < end:
        possible = [liking for liking in likings if liking.pastime is not before and _is_time_for(liking, at)]
        (liking,) = dice.choices(possible, weights=[each.weight for each in possible])
        yield at, liking.pastime
        before = liking.pastime
        at += dice.randint(liking.shortest_min, liking.longest_min)
        if end - at < SHORTEST_MIN:
            return


def _is_time_for(liking: _Liking, minute: int) -> bool:
    if liking.pastime is not Pastime.WALKING:
        return True
    return DAYLIGHT_MIN[0] <= minute <= DAYLIGHT_MIN[1] - liking.longest_min


def _joined(parts: Sketch) -> Sketch:
    """One entry for what goes on, and none that the next one leaves no time for."""
    joined: Sketch = []
    for minute, pastime in sorted(parts, key=lambda part: part[0]):
        while joined and joined[-1][0] >= minute:
            joined.pop()
        if not joined or joined[-1][1] is not pastime:
            joined.append((minute, pastime))
    return joined
