"""Maintenance items: equipment's queue. One open item per kind and device, however often it is reported."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from alerts.kinds import MaintenanceKind
from hub.identity import new_id
from hub.stations.records import MaintenanceReport
from hub.storage import stream
from hub.storage.database import Connection
from hub.storage.queries import queries

__all__ = ["MaintenanceReport", "clear", "report"]


async def report(connection: Connection, item: MaintenanceReport, now: datetime, *, about: str = "") -> None:
    """Open the item, or count one more occurrence on the open one; the desk is told ever less often of the same.

    `about` tells items of one kind and place apart: a roster's role.
    """
    cursor = await connection.execute(
        queries("maintenance").report,
        {
            "id": new_id(),
            "kind": item.kind,
            "division_id": item.division_id,
            "device_id": item.device_id,
            "recipient_id": item.recipient_id,
            "about": about,
            "explanation": Jsonb(item.explanation.to_json()),
            "state": "cleared" if item.momentary else "open",
            "now": now,
        },
    )
    row = await cursor.fetchone()
    if row is not None and _is_news(row[1]):
        await stream.append(connection, "maintenance", row[0], item.division_id)


def _is_news(occurrences: int) -> bool:
    """The first few times, then at every doubling: a flood must not become one of the stream."""
    return occurrences <= 8 or occurrences & (occurrences - 1) == 0


async def clear(connection: Connection, kind: MaintenanceKind, owner_id: UUID | None, now: datetime) -> None:
    """It works again: the open item of this device, or person, is cleared. Without an owner it is the hub's own."""
    cursor = await connection.execute(queries("maintenance").clear, {"kind": kind, "owner_id": owner_id, "now": now})
    for item_id, division_id in await cursor.fetchall():
        await stream.append(connection, "maintenance", item_id, division_id)
