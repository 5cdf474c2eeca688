"""By which broker devices were last heard, and what waits for them there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from hub.storage.database import Connection
from hub.storage.queries import queries


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message to a device behind a broker."""

    id: UUID
    device_id: UUID
    leaf: str
    payload: bytes
    source: str


async def note(connection: Connection, sources: Mapping[UUID, str]) -> None:
    """These devices were heard by these sources; their state is on record already."""
    await connection.execute(
        queries("device_routes").note, {"device_ids": list(sources), "sources": list(sources.values())}
    )


async def find_waiting(
    connection: Connection, sources: Collection[str], *, but: Collection[UUID], limit: int
) -> list[WaitingMessage]:
    """What devices behind these brokers are owed, `but` what is on its way."""
    async with connection.cursor(row_factory=class_row(WaitingMessage)) as cursor:
        await cursor.execute(
            queries("device_routes").waiting, {"sources": list(sources), "in_flight": list(but), "limit": limit}
        )
        return await cursor.fetchall()


async def mark_delivered(connection: Connection, message_ids: Collection[UUID]) -> None:
    """The broker has them."""
    await connection.execute(queries("down_messages").mark_delivered, {"message_ids": list(message_ids)})
