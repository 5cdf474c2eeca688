"""Alerts on a shelf: recorded, without an incident, while the shelf holds and their cause lasts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.storms.shelving import Shelf, Shelvable
from hub.identity import new_id
from hub.stations.records import AlertRequest
from hub.storage.database import Connection
from hub.storage.incident_rows import alert_columns
from hub.storage.queries import queries


async def shelves_over(connection: Connection, subject: Subject, device_id: UUID | None) -> Sequence[Shelf]:
    """The shelves of this device and this person, which cannot end before this transaction."""
    recipient_id = subject.id if subject.type is SubjectType.RECIPIENT else None
    cursor = await connection.execute(queries("shelves").over, {"device_id": device_id, "recipient_id": recipient_id})
    return [
        Shelf(
            id=id_,
            subject=None if whose is None else Subject(type=SubjectType.RECIPIENT, id=whose),
            device_id=device,
            kinds=frozenset(Shelvable(kind) for kind in kinds),
            until_at=until_at,
        )
        for id_, device, whose, kinds, until_at in await cursor.fetchall()
    ]


async def shelve(connection: Connection, request: AlertRequest, shelf_id: UUID) -> None:
    """Put an alert on a shelf."""
    columns = alert_columns(new_id(), request)
    await connection.execute(queries("shelves").shelve, {**columns, "kind": request.alert.kind, "shelf_id": shelf_id})


async def clear(connection: Connection, subject: Subject, kind: IncidentKind, now: datetime) -> None:
    """The cause of what lies on a shelf is gone."""
    await connection.execute(queries("shelves").clear, {"kind": kind, "owner_id": UUID(subject.id), "now": now})
