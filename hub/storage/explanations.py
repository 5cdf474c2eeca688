"""What an explanation of an incident needs besides its row, its commands and its log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.views import View, fetch_views


class AlertRow(View):
    """An alert, and the device event it came from if it came from one."""

    id: UUID
    kind: str
    severity: str
    state: str
    device_id: UUID | None
    device_kind: str | None
    event: str | None
    event_id: str | None
    occurred_at: datetime
    device_occurred_at: datetime | None
    quality: str | None
    received_at: datetime
    cleared_at: datetime | None
    late: bool
    test: bool
    explanation: dict[str, Any]


class TextRow(View):
    """A notification with its attempts and their receipts."""

    id: UUID
    person_name: str
    person_type: str
    destination_masked: str
    state: str
    step: dict[str, Any] | None
    created_at: datetime
    text: str | None
    attempts: list[dict[str, Any]]


async def alerts_of(connection: Connection, incident_id: UUID) -> list[AlertRow]:
    """An incident's alerts, the first one first; the caller has checked the scope."""
    return await fetch_views(connection, AlertRow, queries("explanations").alerts, {"incident_id": incident_id})


async def texts_of(connection: Connection, incident_id: UUID) -> list[TextRow]:
    """What was owed because of an incident; the caller has checked the scope."""
    return await fetch_views(connection, TextRow, queries("explanations").texts, {"incident_id": incident_id})


async def qualities_of(
    connection: Connection, readings: Sequence[tuple[UUID, datetime]]
) -> dict[tuple[str, datetime], str]:
    """Where the times of these readings, by device and time, come from; those that are kept no longer are left out."""
    if not readings:
        return {}
    devices, times = zip(*readings, strict=True)
    cursor = await connection.execute(
        queries("explanations").qualities, {"devices": list(devices), "times": list(times)}
    )
    return {(str(device_id), at): quality for device_id, at, quality in await cursor.fetchall()}


async def find_by_code(connection: Connection, code: int) -> UUID | None:
    """The newest incident with this code."""
    cursor = await connection.execute(queries("explanations").by_code, {"code": code})
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def device_kinds(connection: Connection, device_ids: Sequence[UUID]) -> dict[str, str]:
    """What sort of device each is, by its id as text."""
    if not device_ids:
        return {}
    cursor = await connection.execute(queries("explanations").device_kinds, {"ids": list(device_ids)})
    return {str(device_id): kind for device_id, kind in await cursor.fetchall()}
