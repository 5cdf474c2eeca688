"""Device events and their identities: the same claim is stored once, however often it is sent."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from hub.stations.intake_store import DeviceEventRow, EventIdentity, KnownEvent
from hub.storage.database import Connection
from hub.storage.queries import queries


async def remember(connection: Connection, identity: EventIdentity, now: datetime) -> KnownEvent | None:
    """Put the identity into the ledger; returns the event it belongs to when it was there already."""
    statements = queries("device_events")
    cursor = await connection.execute(statements.remember, {**asdict(identity), "now": now})
    if await cursor.fetchone() is not None:
        return None
    async with connection.cursor(row_factory=class_row(KnownEvent)) as known:
        await known.execute(statements.known, {"device_id": identity.device_id, "identity": identity.identity})
        return await known.fetchone()


async def succeed(connection: Connection, identity: EventIdentity, now: datetime) -> None:
    """Let a known identity stand for this newer event."""
    await connection.execute(queries("device_events").succeed, {**asdict(identity), "now": now})


async def insert(connection: Connection, row: DeviceEventRow) -> None:
    """Store one device event with the bytes that were sent."""
    await connection.execute(
        queries("device_events").insert,
        {
            **asdict(row),
            "evidence": None if row.evidence is None else Jsonb(dict(row.evidence)),
            "location": None if row.location is None else Jsonb(dict(row.location)),
        },
    )


async def incident_stage(connection: Connection, device_event_id: UUID) -> tuple[UUID, str, bool] | None:
    """Where the incident of a repeated event stands: (incident, state, responder on the way)."""
    cursor = await connection.execute(queries("device_events").incident_stage, {"device_event_id": device_event_id})
    row = await cursor.fetchone()
    return None if row is None else (row[0], row[1], row[2])
