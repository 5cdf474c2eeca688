"""What has happened around a recipient: the timeline of things worth telling, and the raw readings of a span."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import Page, View, cut_page, decode_reading_cursor, decode_time_cursor, fetch_views


class TimelineEntry(View):
    """One thing. `type` says which noun `id` names; `details` are that noun's own fields."""

    at: datetime
    type: str
    id: UUID
    kind: str
    state: str | None
    details: dict[str, Any]


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

    `quality` says where `measured_at` comes from, `identity` tells two readings of one moment apart.
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


async def list_timeline(
    connection: Connection, recipient_id: UUID, scope: Scope, *, cursor: str | None, limit: int
) -> Page[TimelineEntry]:
    """Incidents, device events, follow-ups, maintenance, assignments and modes, the newest first.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    rows = await fetch_views(
        connection,
        TimelineEntry,
        queries("recipient_history").timeline,
        {
            "recipient_id": recipient_id,
            "scope": scope.sql,
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit + 1,
        },
    )
    return cut_page(rows, limit, lambda entry: (entry.at, entry.id))


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
        queries("recipient_history").readings,
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
