"""Messages nobody could read, as the vendor and the desk see them: the reason, and as much text as can be shown."""

from datetime import datetime
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import ExplanationView, Page, View, cut_page, decode_time_cursor, fetch_views

#: Enough to recognise a message; the whole of it stays in the database.
PREVIEW_BYTES = 500


class QuarantineView(View):
    """One message, or a number of them that were only counted (`messages`), shown by the first and the last moment.

    `preview` is the beginning (of the first one) as UTF-8, unreadable bytes escaped; `preview_hex` the same bytes.
    """

    id: UUID
    division_id: str
    device_id: UUID | None
    topic: str
    reason: ExplanationView
    payload_bytes: int
    preview: str
    preview_hex: str
    received_at: datetime
    incident_id: UUID | None
    messages: int
    first_received_at: datetime


class _QuarantineRow(View):
    id: UUID
    division_id: str
    device_id: UUID | None
    topic: str
    reason: ExplanationView
    payload_bytes: int
    beginning: bytes
    received_at: datetime
    incident_id: UUID | None
    messages: int
    first_received_at: datetime


async def list_quarantine(
    connection: Connection, scope: Scope, *, device_id: UUID | None, cursor: str | None, limit: int
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
            "device_id": device_id,
            "preview_bytes": PREVIEW_BYTES,
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit + 1,
        },
    )
    return cut_page([_show(row) for row in rows], limit, lambda message: (message.received_at, message.id))


def _show(row: _QuarantineRow) -> QuarantineView:
    text = row.beginning.decode("utf-8", "backslashreplace")
    readable = "".join(
        character if character.isprintable() or character in "\n\t" else f"\\x{ord(character):02x}"
        for character in text
    )
    return QuarantineView(**row.model_dump(exclude={"beginning"}), preview=readable, preview_hex=row.beginning.hex())
