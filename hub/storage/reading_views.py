"""Readings as they are looked at: raw ones of a span, buckets of them page by page, the last value of each measure.

Buckets come from `hub.storage.rollups`; whose they are and who may see them is decided there as here, by the reading's
own recipient and division.
"""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.rollups import Resolution, SeriesPoint, read_series
from hub.storage.scope import Scope
from hub.storage.views import (
    Page,
    View,
    cut_page,
    decode_moment_cursor,
    decode_reading_cursor,
    encode_cursor,
    fetch_views,
)

#: An older value says nothing about now, and a device that never measured something is not searched to its beginning.
VITALS_WITHIN = timedelta(hours=24)
#: What is shown as a last value, in the order in which it is read out.
_VITALS: tuple[LiteralString, ...] = (
    "heart_rate_bpm",
    "spo2_pct",
    "respiration_rate_bpm",
    "systolic_mmhg",
    "diastolic_mmhg",
    "body_temperature_c",
    "steps",
    "posture",
    "in_bed",
)


class LocationView(View):
    """Where a device was, in the datum it said."""

    lat: float
    lon: float
    accuracy_m: float | None
    source: str | None
    datum: str | None
    fixed_at: datetime | None


class ReadingView(View):
    """What a device measured while this person had it.

    `quality` says where `measured_at` comes from: `device`, `corrected` by what its clock is known to be off by, or the
    time of receipt because the device's is `missing`, in the `future` or `implausible`. `historical`: it was buffered
    and touched no live state. `identity` tells two readings of one moment apart.
    """

    device_id: UUID
    measured_at: datetime
    identity: str
    device_measured_at: datetime | None
    received_at: datetime
    quality: str
    historical: bool
    seq: int | None
    heart_rate_bpm: float | None
    spo2_pct: float | None
    respiration_rate_bpm: float | None
    systolic_mmhg: float | None
    diastolic_mmhg: float | None
    body_temperature_c: float | None
    steps: int | None
    activity: float | None
    posture: str | None
    in_bed: bool | None
    body_movement: float | None
    worn: bool | None
    charging: bool | None
    battery_pct: float | None
    signal_dbm: float | None
    location: LocationView | None
    extra: dict[str, Any] | None


class VitalView(View):
    """The last value of one measure, in the unit its name ends with, and which device measured it when.

    `quality` says where `measured_at` comes from.
    """

    measure: str
    value: bool | float | str
    measured_at: datetime
    quality: str
    device_id: UUID


async def list_readings(
    connection: Connection,
    recipient_id: UUID,
    scope: Scope,
    *,
    from_at: datetime | None,
    until_at: datetime | None,
    cursor: str | None,
    limit: int,
) -> Page[ReadingView]:
    """Readings measured in [from, until), the newest first.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_device, before_identity = decode_reading_cursor(cursor)
    rows = await fetch_views(
        connection,
        ReadingView,
        queries("reading_views").raw,
        {
            "recipient_id": recipient_id,
            "scope": scope.sql,
            "from": from_at,
            "until": until_at,
            "before_at": before_at,
            "before_device": before_device,
            "before_identity": before_identity,
            "limit": limit + 1,
        },
    )
    return cut_page(rows, limit, lambda reading: (reading.measured_at, reading.device_id, reading.identity))


async def list_buckets(
    connection: Connection,
    recipient_id: UUID,
    scope: Scope,
    *,
    resolution: Resolution,
    from_at: datetime,
    until_at: datetime,
    cursor: str | None,
    limit: int,
) -> Page[SeriesPoint]:
    """The buckets that begin in [from, until), the oldest first; those that begin together are on one page.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    begin = decode_moment_cursor(cursor)
    points = await read_series(
        connection,
        scope=scope,
        from_at=from_at if begin is None else max(begin, from_at),
        until_at=until_at,
        resolution=resolution,
        recipient_id=recipient_id,
    )
    shown = next(
        (place for place in range(limit, len(points)) if points[place].bucket != points[place - 1].bucket), len(points)
    )
    return Page(items=points[:shown], next=encode_cursor(points[shown].bucket) if shown < len(points) else None)


async def last_vitals(connection: Connection, recipient_id: UUID, scope: Scope, now: datetime) -> list[VitalView]:
    """The last value of each measure within `VITALS_WITHIN`; a measure nobody took is absent."""
    one_each = " UNION ALL ".join(queries("reading_views").last_of_measure.format(measure=name) for name in _VITALS)
    return await fetch_views(
        connection,
        VitalView,
        one_each,
        {"recipient_id": recipient_id, "scope": scope.sql, "since": now - VITALS_WITHIN, "now": now},
    )
