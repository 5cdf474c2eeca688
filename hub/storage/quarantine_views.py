"""Messages nobody could read, as the vendor and the desk see them: the reason, and as much text as can be shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.search_words import words_of
from hub.storage.views import ExplanationView, Page, View, cut_page, decode_time_cursor, fetch_view, fetch_views

#: Enough to recognise a message; the whole of it stays in the database.
PREVIEW_BYTES = 500
#: More than anybody telephones about in a week.
_DEVICES_MAX = 100


class _ShownMessage(View):
    id: UUID
    division_id: str
    place: str | None
    device_id: UUID | None
    device_kind: str | None
    device_model: str | None
    device_serial: str | None
    topic: str
    reason: ExplanationView
    payload_bytes: int
    received_at: datetime
    incident_id: UUID | None
    messages: int
    first_received_at: datetime


class QuarantineView(_ShownMessage):
    """One message, or a number of them that were only counted (`messages`), shown by the first and the last moment.

    `preview` is the beginning (of the first one) as UTF-8, unreadable bytes escaped; `preview_hex` the same bytes.
    """

    preview: str
    preview_hex: str


class _QuarantineRow(_ShownMessage):
    beginning: bytes


class QuarantinedDeviceView(View):
    """What one device - or a source of devices nobody registered - sent in the last 7 days that could not be read."""

    device_id: UUID | None
    device_kind: str | None
    device_model: str | None
    device_serial: str | None
    division_id: str
    place: str | None
    reason: ExplanationView
    topic: str
    messages: int
    first_at: datetime
    last_at: datetime


class QuarantinedPayload(View):
    """The bytes, as far as they are kept."""

    division_id: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedQuarantine:
    """What of the list is asked for; `reason` is a code."""

    device_id: UUID | None = None
    reason: str | None = None
    search: str | None = None


async def list_quarantine(
    connection: Connection, scope: Scope, wanted: WantedQuarantine, *, cursor: str | None, limit: int
) -> Page[QuarantineView]:
    """Messages in scope, the newest first.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    rows = await fetch_views(
        connection,
        _QuarantineRow,
        queries("quarantine_views").list_in_scope,
        {
            "scope": scope.sql,
            "device_id": wanted.device_id,
            "reason": wanted.reason,
            "search": wanted.search,
            "words": None if wanted.search is None else words_of(wanted.search),
            "preview_bytes": PREVIEW_BYTES,
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit + 1,
        },
    )
    return cut_page([_show(row) for row in rows], limit, lambda message: (message.received_at, message.id))


async def count_by_device(connection: Connection, scope: Scope) -> list[QuarantinedDeviceView]:
    """Who sent the most, by reason; every message counts, kept or not."""
    params = {"scope": scope.sql, "limit": _DEVICES_MAX}
    return await fetch_views(connection, QuarantinedDeviceView, queries("quarantine_views").by_device, params)


async def find_payload(connection: Connection, message_id: UUID, scope: Scope) -> QuarantinedPayload | None:
    """The bytes of one message in scope, or the sample of those that were only counted."""
    params = {"id": message_id, "scope": scope.sql}
    return await fetch_view(connection, QuarantinedPayload, queries("quarantine_views").payload, params)


def _show(row: _QuarantineRow) -> QuarantineView:
    text = row.beginning.decode("utf-8", "backslashreplace")
    readable = "".join(
        character if character.isprintable() or character in "\n\t" else f"\\x{ord(character):02x}"
        for character in text
    )
    return QuarantineView(**row.model_dump(exclude={"beginning"}), preview=readable, preview_hex=row.beginning.hex())
