"""The days off of a country and the workdays that make up for them (调休), as published, from the library `holidays`.

For a year whose days have not been published yet the library knows the statutory holidays alone; what is published
later, or not yet in the library, a place says itself (`PUT rosters/days`).
"""

from collections.abc import Collection
from datetime import date, timedelta

from alerts.rosters import DayKind
from hub.storage.database import Connection, database_now
from hub.storage.duty_days import DutyDay, publish_days

_DAY = timedelta(days=1)
_SATURDAY = 5
NO_COUNTRY = "none"
#: What a weekend day is called that lies within a holiday.
_LANGUAGES = {"CN": "zh_CN"}


def published_days(country: str, years: Collection[int]) -> list[DutyDay]:
    """Every day of these years that is not what its weekday says; `country` by its two letters (ISO 3166)."""
    from holidays import country_holidays  # a tenth of a second and 10 MB, for one job a day

    known = country_holidays(country, years=sorted(years), language=_LANGUAGES.get(country))
    made_up = {day for day in known.weekend_workdays if day.year in years}
    off = {day: name for day, name in known.items() if day.year in years}
    days = [DutyDay(day=day, kind=DayKind.HOLIDAY, name=name) for day, name in _with_weekends(off, made_up).items()]
    days += [DutyDay(day=day, kind=DayKind.WORKDAY, name="调休上班") for day in made_up]
    return sorted(days, key=lambda one: one.day)


async def publish_holidays(connection: Connection, country: str, division_id: str) -> None:
    """Keep what is published of last year, this one and the next; of no country (`none`) nothing."""
    now = await database_now(connection)
    years = [now.year - 1, now.year, now.year + 1]
    await publish_days(
        connection, division_id, [] if country == NO_COUNTRY else published_days(country, years), years, now
    )


def _with_weekends(off: dict[date, str], made_up: Collection[date]) -> dict[date, str]:
    """A holiday is announced with the weekend that it touches: these days belong to it, unless people work on them."""
    whole = dict(off)
    for day, name in off.items():
        for step in (_DAY, -_DAY):
            beside = day + step
            while beside not in off and beside.weekday() >= _SATURDAY and beside not in made_up:
                whole.setdefault(beside, name)
                beside += step
    return whole
