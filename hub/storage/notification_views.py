"""Notifications (通知) and their attempts as the desk shows them: numbers masked, outcomes plain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.search_words import words_of
from hub.storage.views import NamedView, Page, View, cut_page, decode_time_cursor, fetch_views


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


class ToldOfView(View):
    """The incident that a notification is about, as a list names it."""

    id: UUID
    code: int
    kind: str
    severity: str
    state: str
    recipient: NamedView | None
    place: str | None


class ListedNotificationView(NotificationView):
    """A notification in a list: with the incident it is about."""

    incident: ToldOfView


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedNotifications:
    """What of the list is asked for."""

    incident_id: UUID | None = None
    states: Sequence[str] = ()
    search: str | None = None


async def notifications_of_incident(connection: Connection, incident_id: UUID) -> list[NotificationView]:
    """All of one incident's, the oldest first; the caller has checked the scope."""
    params = {"incident_id": incident_id}
    return await fetch_views(connection, NotificationView, queries("notification_views").of_incident, params)


async def list_notifications(
    connection: Connection, scope: Scope, wanted: WantedNotifications, *, cursor: str | None, limit: int
) -> Page[ListedNotificationView]:
    """Notifications in scope, the newest first.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    rows = await fetch_views(
        connection,
        ListedNotificationView,
        queries("notification_views").list_in_scope,
        {
            "scope": scope.sql,
            "incident_id": wanted.incident_id,
            "states": list(wanted.states),
            "words": None if wanted.search is None else words_of(wanted.search),
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit + 1,
        },
    )
    return cut_page(rows, limit, lambda notification: (notification.created_at, notification.id))
