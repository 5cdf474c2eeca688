"""Notifications (通知) and their attempts as the desk shows them: numbers masked, outcomes plain."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import Page, View, cut_page, decode_time_cursor, fetch_views


class AttemptView(View):
    """One try at delivering; `repeats_unknown`: it may arrive twice, and we chose that."""

    id: UUID
    number: int
    channel: str
    state: str
    at: datetime
    reason: str | None
    repeats_unknown: bool


class NotificationView(View):
    """A message owed to a person about an incident.

    `bundled_with`: it was told inside that notification's text, because the telephone was told of many at once.
    """

    id: UUID
    incident_id: UUID
    person_name: str
    person_type: str
    destination_masked: str
    channel: str | None
    state: str
    step: dict[str, Any] | None
    created_at: datetime
    text: str | None
    bundled_with: UUID | None
    attempts: list[AttemptView]


async def notifications_of_incident(connection: Connection, incident_id: UUID) -> list[NotificationView]:
    """All of one incident's, the oldest first; the caller has checked the scope."""
    params = {"incident_id": incident_id}
    return await fetch_views(connection, NotificationView, queries("notification_views").of_incident, params)


async def list_notifications(
    connection: Connection, scope: Scope, *, incident_id: UUID | None, cursor: str | None, limit: int
) -> Page[NotificationView]:
    """Notifications in scope, the newest first.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    rows = await fetch_views(
        connection,
        NotificationView,
        queries("notification_views").list_in_scope,
        {
            "scope": scope.sql,
            "incident_id": incident_id,
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit + 1,
        },
    )
    return cut_page(rows, limit, lambda notification: (notification.created_at, notification.id))
