"""Follow-ups (问候核实): somebody should call, then visit. One that is not closed per kind and person."""

from datetime import datetime

from psycopg.types.json import Jsonb

from hub.identity import new_id
from hub.stations.records import FollowUpRequest
from hub.storage import stream
from hub.storage.database import Connection
from hub.storage.queries import queries

__all__ = ["FollowUpRequest", "request"]


async def request(connection: Connection, wanted: FollowUpRequest, now: datetime) -> None:
    """Open the follow-up, or count one more request on the one that is not closed."""
    explanation = wanted.finding.explanation
    cursor = await connection.execute(
        queries("follow_ups").request,
        {
            "id": new_id(),
            "division_id": wanted.division_id,
            "recipient_id": wanted.recipient_id,
            "device_id": wanted.device_id,
            "kind": wanted.finding.kind,
            "explanation": Jsonb(explanation.to_json()),
            "now": now,
        },
    )
    row = await cursor.fetchone()
    if row is not None:
        await stream.append(connection, "follow-up", row[0], wanted.division_id)
