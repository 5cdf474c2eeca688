"""Flags that devices repeat in every snapshot: where each stands, under its lock, moved with the event it became."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries

#: A flag of a device, by the event that begins when it rises.
LevelKey = tuple[UUID, str]


async def lock(connection: Connection, device_ids: Sequence[UUID]) -> dict[LevelKey, str]:
    """Where the flags of these devices stand."""
    cursor = await connection.execute(queries("device_levels").lock, {"device_ids": list(device_ids)})
    return {(device_id, level): state for device_id, level, state in await cursor.fetchall()}


async def save(connection: Connection, moved: Mapping[LevelKey, str], now: datetime) -> None:
    """Remember where flags stand now."""
    if not moved:
        return
    await connection.execute(
        queries("device_levels").save,
        {
            "device_ids": [device_id for device_id, _ in moved],
            "levels": [level for _, level in moved],
            "states": list(moved.values()),
            "now": now,
        },
    )


async def incident_is_closed(connection: Connection, device_id: UUID, level: str) -> bool:
    """Whether the incident that the flag's last edge raised has been closed since."""
    cursor = await connection.execute(
        queries("device_levels").incident_is_closed, {"device_id": device_id, "component": f"flag:{level}/%"}
    )
    row = await cursor.fetchone()
    return row is not None and bool(row[0])
