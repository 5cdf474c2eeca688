"""What has happened around a recipient: the timeline of things worth telling."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import Page, View, cut_page, decode_time_cursor, fetch_views


class TimelineEntry(View):
    """One thing. `type` says which noun `id` names; `details` are that noun's own fields."""

    at: datetime
    type: str
    id: UUID
    kind: str
    state: str | None
    details: dict[str, Any]


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
