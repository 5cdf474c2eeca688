"""What was measured on a recipient: raw readings, their roll-ups for a chart, and the last values."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from hub.api.callers import LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.shapes import PAGE_ROWS, Cursor, Instant, Limit
from hub.storage.database import database_now
from hub.storage.reading_views import ReadingView, VitalView, last_vitals, list_buckets, list_readings
from hub.storage.recipients import find_recipient
from hub.storage.rollups import Resolution, SeriesPoint
from hub.storage.views import Page

router = APIRouter(prefix="/recipients/{recipient_id}", tags=["readings"])

#: What is answered when nobody says from when: about as much as one looks at.
_SPANS = {
    Resolution.MINUTE: timedelta(days=1),
    Resolution.HOUR: timedelta(days=31),
    Resolution.DAY: timedelta(days=366),
}


@router.get("/readings")
async def readings(
    recipient_id: UUID,
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    from_: Annotated[Instant | None, Query(alias="from")] = None,
    to: Annotated[Instant | None, Query()] = None,
    resolution: Annotated[Literal["raw"] | Resolution, Query()] = "raw",
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[ReadingView] | Page[SeriesPoint]:
    """Readings measured in [from, to), the newest first; or, with a resolution, buckets, the oldest first.

    A bucket holds average, least, greatest and count of each measure that occurred; it belongs to the span in which it
    begins. Without `from` a day of minutes is answered, a month of hours, a year of days. The look is on record.
    """
    await _look(caller, recipient_id, "look_readings")
    if resolution == "raw":
        return await list_readings(
            caller.connection, recipient_id, caller.scope, from_at=from_, until_at=to, cursor=cursor, limit=limit
        )
    until_at = to or await database_now(caller.connection)
    return await list_buckets(
        caller.connection,
        recipient_id,
        caller.scope,
        resolution=resolution,
        from_at=from_ or until_at - _SPANS[resolution],
        until_at=until_at,
        cursor=cursor,
        limit=limit,
    )


@router.get("/vitals")
async def vitals(recipient_id: UUID, caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> Page[VitalView]:
    """The last value of each measure within 24 hours, and when it was taken. The look is on record."""
    await _look(caller, recipient_id, "look_vitals")
    now = await database_now(caller.connection)
    return Page(items=await last_vitals(caller.connection, recipient_id, caller.scope, now))


async def _look(caller: Caller, recipient_id: UUID, action: str) -> None:
    file = await find_recipient(caller.connection, recipient_id, caller.scope)
    if file is None:
        raise not_found("recipient")
    await caller.record(action, "recipient", recipient_id, file.division_id)
