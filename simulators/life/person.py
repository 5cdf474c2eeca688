"""Who it is: the habits and the body of one made-up person, drawn from a seed."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: A place of hills without a name; the demonstration's county is nowhere.
HOME_AREA = (37.62, 114.92)
HOME_AREA_SPREAD_DEG = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Habits in minutes after local midnight; `seed` makes every day of this person come again."""

    seed: str
    timezone: str = "Asia/Shanghai"
    wakes_at_min: int = 6 * 60
    lunch_at_min: int = 11 * 60 + 40
    supper_at_min: int = 17 * 60 + 45
    beds_at_min: int = 21 * 60
    naps: bool = True
    toilets_a_night: float = 1.5  #: On average; more than three is rare.
    walks: float = 0.5  #: How readily a free hour becomes a walk, 0-1.
    visits_a_week: float = 1.0
    pace: float = 1.0  #: Steps compared with what a pastime asks for.
    resting_heart_rate_bpm: int = 66
    home_lat: float = HOME_AREA[0]
    home_lon: float = HOME_AREA[1]

    def midnight(self, day: date) -> datetime:
        """The instant at which this local day begins, in UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def day_of(self, now: datetime) -> date:
        """The local day of an instant."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def length_of(self, day: date) -> timedelta:
        """24 hours, but where clocks are put forward or back."""
        return self.midnight(day + timedelta(days=1)) - self.midnight(day)


def person_of(seed: str, timezone: str = "Asia/Shanghai") -> Person:
    """Somebody with habits of their own; the same for the same seed."""
    dice = random.Random(f"person/{seed}")
    return Person(
        seed=seed,
        timezone=timezone,
        wakes_at_min=dice.randint(5 * 60, 7 * 60),
        lunch_at_min=dice.randint(11 * 60 + 15, 12 * 60 + 10),
        supper_at_min=dice.randint(17 * 60 + 15, 18 * 60 + 20),
        beds_at_min=dice.randint(20 * 60 + 15, 22 * 60),
        naps=dice.random() < 0.7,
        toilets_a_night=dice.uniform(0.4, 2.4),
        walks=dice.uniform(0.1, 0.7),
        visits_a_week=dice.uniform(0.2, 3),
        pace=dice.uniform(0.6, 1.2),
        resting_heart_rate_bpm=dice.randint(58, 76),
        home_lat=round(HOME_AREA[0] + dice.uniform(-1, 1) * HOME_AREA_SPREAD_DEG, 5),
        home_lon=round(HOME_AREA[1] + dice.uniform(-1, 1) * HOME_AREA_SPREAD_DEG, 5),
    )
