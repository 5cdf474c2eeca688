"""Which incidents may be the same matter as another, and so go on for both."""

from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope


async def merge_targets(connection: Connection, incident_id: UUID, scope: Scope) -> list[UUID]:
    """Of those that are not closed, the oldest first; none where the incident itself is not in scope."""
    cursor = await connection.execute(queries("merge_targets").merge_targets, {"id": incident_id, "scope": scope.sql})
    return [row[0] for row in await cursor.fetchall()]
