"""Days that are not what their weekday says: holidays and 调休, as published, and what a place says of its own.

The State Council publishes a year's days in the autumn before, and changes them at times: a place's own word holds.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from alerts.rosters import DayKind
from hub.identity import new_id
from hub.storage.database import Connection, database_now
from hub.storage.queries import queries
from hub.storage.views import Page, View, fetch_views

Source = Literal["published", "own"]


class DutyDayView(View):
    """One day, and who says so."""

    division_id: str
    day: date
    kind: DayKind
    name: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDay:
    """What kind of day it is, and why; `kind` None: nothing is said of it any more."""

    day: date
    kind: DayKind | None
    name: str = ""


async def list_duty_days(connection: Connection, division_id: str, first: date, last: date) -> Page[DutyDayView]:
    """What is said of the days of a place."""
    params = {"division_id": division_id, "first": first, "last": last}
    return Page(items=await fetch_views(connection, DutyDayView, queries("duty_days").list_in_force, params))


async def say_days(connection: Connection, division_id: str, days: Sequence[DutyDay], source: Source) -> None:
    """From now on these days are so; what was said before is kept as past."""
    now = await database_now(connection)
    for said in days:
        params = {
            "division_id": division_id,
            "day": said.day,
            "kind": said.kind,
            "name": said.name,
            "source": source,
            "now": now,
        }
        await connection.execute(queries("duty_days").replace, params)
        if said.kind is not None:
            await connection.execute(queries("duty_days").add, {**params, "id": new_id()})
    await connection.execute(queries("rosters").say_changed, {"division_id": division_id})


async def publish_days(
    connection: Connection, division_id: str, days: Sequence[DutyDay], years: Collection[int], now: datetime
) -> None:
    """These are the published days of these years, and no others."""
    await connection.execute(
        queries("duty_days").withdraw_published,
        {"division_id": division_id, "years": sorted(years), "days": [said.day for said in days], "now": now},
    )
    await say_days(connection, division_id, days, "published")
