"""Held alerts: suspicions that wait for their deadline, without an incident (DESIGN.md section 2, rule 5).

Their timers are locked first, everywhere: so whoever clears one, takes one into an incident, or passes its deadline
waits for the others in one order.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from alerts.explanation import Explanation
from alerts.kinds import IncidentKind
from alerts.observations import Subject
from hub.identity import new_id
from hub.stations.records import AlertRequest, HeldAlert
from hub.storage.database import Connection
from hub.storage.incident_rows import alert_columns
from hub.storage.queries import queries


async def hold(connection: Connection, request: AlertRequest, due_at: datetime) -> UUID:
    """Keep an alert without an incident, and its deadline."""
    alert_id = new_id()
    await connection.execute(
        queries("held_alerts").hold,
        {**alert_columns(alert_id, request), "kind": request.alert.kind, "due_at": due_at},
    )
    return alert_id


async def release(connection: Connection, subject: Subject, kind: IncidentKind, *, waits: bool) -> list[UUID]:
    """The held alerts of this subject and kind, without their timers: the caller attaches or clears them."""
    statement = queries("held_alerts").release if waits else queries("held_alerts").release_free
    cursor = await connection.execute(statement, {"kind": kind, "owner_id": UUID(subject.id)})
    return [alert_id for (alert_id,) in await cursor.fetchall()]


async def attach(connection: Connection, alert_ids: Sequence[UUID], incident_id: UUID) -> None:
    """They are part of the incident now."""
    await connection.execute(queries("held_alerts").attach, {"incident_id": incident_id, "ids": list(alert_ids)})


async def clear(connection: Connection, alert_ids: Sequence[UUID], now: datetime) -> None:
    """Recovered, or taken back: there never was an incident."""
    await connection.execute(queries("held_alerts").clear, {"ids": list(alert_ids), "now": now})


async def read_pending(connection: Connection, alert_id: UUID) -> HeldAlert | None:
    """The alert under its lock, unless it is held no more."""
    cursor = await connection.execute(queries("held_alerts").lock_one, {"id": alert_id})
    row = await cursor.fetchone()
    if row is None:
        return None
    division_id, recipient_id, device_id, occurred_at, received_at, explanation = row
    return HeldAlert(
        division_id=division_id,
        recipient_id=recipient_id,
        device_id=device_id,
        occurred_at=occurred_at,
        received_at=received_at,
        explanation=Explanation.from_json(explanation),
    )


async def drop_timer(connection: Connection, alert_id: UUID) -> None:
    """Nothing is left to open."""
    await connection.execute(queries("held_alerts").drop_timer, {"id": alert_id})
