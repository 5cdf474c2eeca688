"""Held alerts: suspicions that wait for their deadline, without an incident (DESIGN.md section 2, rule 5).

Their timers are locked first, everywhere: so whoever clears one, takes one into an incident, or passes its deadline
waits for the others in one order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from hub.storage.database import Connection
from hub.storage.queries import queries

#: What may be suspected before it is an incident.
HELD_KINDS = frozenset({IncidentKind.FALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAlert:
    """A suspicion whose time has come."""

    division_id: str
    recipient_id: UUID | None
    device_id: UUID
    occurred_at: datetime
    received_at: datetime
    explanation: dict[str, Any]

    @property
    def subject(self) -> Subject:
        """Whom it is about."""
        if self.recipient_id is not None:
            return Subject(type=SubjectType.RECIPIENT, id=str(self.recipient_id))
        return Subject(type=SubjectType.DEVICE, id=str(self.device_id))


async def release(connection: Connection, subject: Subject, kind: IncidentKind) -> list[UUID]:
    """The held alerts of this subject and kind, without their timers: the caller attaches or clears them."""
    if kind not in HELD_KINDS:
        return []
    cursor = await connection.execute(queries("held_alerts").release, {"kind": kind, "owner_id": UUID(subject.id)})
    return [alert_id for (alert_id,) in await cursor.fetchall()]


async def attach(connection: Connection, alert_ids: Sequence[UUID], incident_id: UUID) -> None:
    """They are part of the incident now."""
    if alert_ids:
        await connection.execute(queries("held_alerts").attach, {"incident_id": incident_id, "ids": list(alert_ids)})


async def clear(connection: Connection, alert_ids: Sequence[UUID], now: datetime) -> None:
    """Recovered, or taken back: there never was an incident."""
    if alert_ids:
        await connection.execute(queries("held_alerts").clear, {"ids": list(alert_ids), "now": now})


async def lock_due(connection: Connection, resting: Sequence[UUID]) -> UUID | None:
    """One whose time has come, its timer locked; what another duty process has is not waited for."""
    cursor = await connection.execute(queries("held_alerts").lock_due, {"resting": list(resting)})
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def read_pending(connection: Connection, alert_id: UUID) -> HeldAlert | None:
    """The alert under its lock, unless it is held no more."""
    async with connection.cursor(row_factory=class_row(HeldAlert)) as cursor:
        await cursor.execute(queries("held_alerts").lock_one, {"id": alert_id})
        return await cursor.fetchone()


async def drop_timer(connection: Connection, alert_id: UUID) -> None:
    """Nothing is left to open."""
    await connection.execute(queries("held_alerts").drop_timer, {"id": alert_id})
