"""The stream of the desk: what changed, in an order in which nothing can be skipped.

The position is given inside COMMIT (see migration 004); a reader asks for what lies after the last one it has seen.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.queries import queries

StreamKind = Literal["incident", "follow-up", "maintenance"]


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One change: which entity, and where it is."""

    position: int
    at: datetime
    kind: StreamKind
    entity_id: UUID
    division_id: str


async def append(connection: Connection, kind: StreamKind, entity_id: UUID, division_id: str) -> None:
    """Say that an entity changed; listeners of `stream` are told at commit."""
    await connection.execute(
        queries("stream").append,
        {"id": new_id(), "kind": kind, "entity_id": entity_id, "division_id": division_id},
    )


async def read_after(connection: Connection, position: int, limit: int) -> list[StreamEvent]:
    """The events after a position, in order."""
    async with connection.cursor(row_factory=class_row(StreamEvent)) as cursor:
        await cursor.execute(queries("stream").read_after, {"position": position, "limit": limit})
        return await cursor.fetchall()


async def bounds(connection: Connection) -> tuple[int, int]:
    """The oldest position from which a reader can go on, and the newest; (0, 0) for a new hub."""
    cursor = await connection.execute(queries("stream").bounds)
    row = await cursor.fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)
