"""Readings by the minute, the hour and the day: what a chart or a trend asks for.

`reading_1m`, `reading_1h` and `reading_1d` have the same names, columns and answers on both kinds of database
(`hub.storage.time_series`): live readings count at once, late ones when their bucket has been computed again, within a
minute or, with TimescaleDB, by the schedule of the aggregate (at most an hour for a day).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import View

#: More than a screen has pixels; a span that would give more is cut, so choose the resolution by `resolution_for`.
POINTS_MAX = 20_000
#: A chart that is read as minutes and one that is read as hours; beyond, days.
_MINUTES_SPAN = timedelta(hours=12)
_HOURS_SPAN = timedelta(days=31)

#: Measures with average, least, greatest and count a bucket; the columns are `<measure>_avg`, `_min`, `_max`, `_count`.
MEASURES = (
    "heart_rate_bpm",
    "spo2_pct",
    "respiration_rate_bpm",
    "systolic_mmhg",
    "diastolic_mmhg",
    "body_temperature_c",
    "activity",
    "body_movement",
    "battery_pct",
    "signal_dbm",
)


class Resolution(StrEnum):
    """How long a bucket is."""

    MINUTE = "1m"  #: Kept for `RetentionPeriods.minutes`; older spans are answered by the hour.
    HOUR = "1h"  #: Kept as long as the readings.
    DAY = "1d"  #: From midnight to midnight at UTC+8, China's one legal time. Kept as long as the readings.


class MeasureSummary(View):
    """One measure in one bucket, in its own unit; `count` readings held it."""

    avg: float
    min: float
    max: float
    count: int


class SeriesPoint(View):
    """One bucket of one device on one person; `bucket` is where it begins.

    Only measures that occurred are in `measures`. `posture` to `battery_pct` are the last that were said in the bucket;
    steps count since local midnight.
    """

    device_id: UUID
    recipient_id: UUID | None
    bucket: datetime
    readings: int
    measures: dict[str, MeasureSummary]
    steps_min: int | None
    steps_max: int | None
    posture: str | None
    in_bed: bool | None
    worn: bool | None
    charging: bool | None
    battery_pct: float | None


def resolution_for(from_at: datetime, until_at: datetime, oldest_minute: datetime) -> Resolution:
    """What suits a span: minutes for half a day, hours for a month, else days."""
    span = until_at - from_at
    if span <= _MINUTES_SPAN and from_at >= oldest_minute:
        return Resolution.MINUTE
    return Resolution.HOUR if span <= _HOURS_SPAN else Resolution.DAY


async def read_series(
    connection: Connection,
    *,
    scope: Scope,
    from_at: datetime,
    until_at: datetime,
    resolution: Resolution,
    recipient_id: UUID | None = None,
    device_id: UUID | None = None,
) -> list[SeriesPoint]:
    """The buckets that begin in [from, until), the oldest first, at most POINTS_MAX.

    Of a recipient: what any device measured while this person had it. Of a device: what it measured on anybody.
    Of both: what this device measured on this person.
    """
    cursor = await connection.execute(
        _SERIES[resolution],
        {
            "recipient_id": recipient_id,
            "devices": await _devices(connection, recipient_id, device_id),
            "scope": scope.sql,
            "from": from_at,
            "until": until_at,
            "limit": POINTS_MAX,
        },
    )
    names = [column.name for column in cursor.description or ()]
    return [_point(dict(zip(names, row, strict=True))) for row in await cursor.fetchall()]


_SERIES: dict[Resolution, LiteralString] = {
    Resolution.MINUTE: queries("rollups").series_1m,
    Resolution.HOUR: queries("rollups").series_1h,
    Resolution.DAY: queries("rollups").series_1d,
}


async def _devices(connection: Connection, recipient_id: UUID | None, device_id: UUID | None) -> Sequence[UUID]:
    if device_id is not None:
        return [device_id]
    if recipient_id is None:
        raise ValueError("a series is of a recipient or of a device")
    cursor = await connection.execute(queries("rollups").devices_of, {"recipient_id": recipient_id})
    return [row[0] for row in await cursor.fetchall()]


def _point(row: dict[str, Any]) -> SeriesPoint:
    return SeriesPoint(
        device_id=row["device_id"],
        recipient_id=row["recipient_id"],
        bucket=row["bucket"],
        readings=row["readings"],
        measures={
            measure: MeasureSummary(
                avg=row[f"{measure}_avg"],
                min=row[f"{measure}_min"],
                max=row[f"{measure}_max"],
                count=row[f"{measure}_count"],
            )
            for measure in MEASURES
            if row[f"{measure}_count"]
        },
        steps_min=row["steps_min"],
        steps_max=row["steps_max"],
        posture=row["posture_last"],
        in_bed=row["in_bed_last"],
        worn=row["worn_last"],
        charging=row["charging_last"],
        battery_pct=row["battery_pct_last"],
    )
