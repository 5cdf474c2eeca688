"""What a device sent lately: events and readings together, as whoever looks after the equipment needs them.

What a reading says of a person is not here; that is in the person's file, and a look at it is on record.
"""

from datetime import datetime
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import Page, View, cut_page, decode_reading_cursor, fetch_views


class DeviceMessageView(View):
    """One message. `event` is null for a reading; `historical`: it came from the device's memory, too late to judge.

    `at` is the corrected time, `quality` where it comes from.
    """

    id: str
    device_id: UUID
    at: datetime
    received_at: datetime
    quality: str
    historical: bool
    event: str | None
    test: bool
    component: str | None
    battery_pct: float | None
    charging: bool | None
    worn: bool | None
    signal_dbm: float | None


async def list_messages(
    connection: Connection, device_id: UUID, scope: Scope, *, events_only: bool, cursor: str | None, limit: int
) -> Page[DeviceMessageView]:
    """What a device in scope sent, the newest first.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, _device, before_id = decode_reading_cursor(cursor)
    rows = await fetch_views(
        connection,
        DeviceMessageView,
        queries("device_messages").of_device,
        {
            "device_id": device_id,
            "scope": scope.sql,
            "events_only": events_only,
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit + 1,
        },
    )
    return cut_page(rows, limit, lambda message: (message.at, message.device_id, message.id))
