"""What could not be read: kept with the reason, for the vendor to mend; never dropped."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from alerts.explanation import Explanation
from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.queries import queries

#: More than a message may have; a longer one is cut, its true length is on record.
PAYLOAD_KEPT_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedMessage:
    """A message and why it is not understood."""

    division_id: str
    device_id: UUID | None
    topic: str
    reason: Explanation
    payload: bytes
    received_at: datetime
    incident_id: UUID | None = None


async def put(connection: Connection, message: QuarantinedMessage) -> UUID:
    """Keep one message; returns the row's id."""
    quarantine_id = new_id()
    await connection.execute(
        queries("quarantine").put,
        {
            "id": quarantine_id,
            "division_id": message.division_id,
            "device_id": message.device_id,
            "topic": message.topic,
            "reason": Jsonb({"code": message.reason.code, "params": dict(message.reason.params)}),
            "payload": message.payload[:PAYLOAD_KEPT_MAX_BYTES],
            "payload_bytes": len(message.payload),
            "received_at": message.received_at,
            "incident_id": message.incident_id,
        },
    )
    return quarantine_id
