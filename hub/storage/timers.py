"""Deadlines as rows: `hub.stations.store.DeadlineStore` in the transaction of a connection."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from hub.stations.records import HeldAlert
from hub.stations.store import DeadlineOwner
from hub.storage import held_alerts
from hub.storage.database import Connection
from hub.storage.faults import Fault, fault_of, name_of
from hub.storage.incidents import SqlIncidentStore
from hub.storage.queries import queries
from hub.storage.troubled import Troubled

_log = structlog.get_logger(__name__)

#: What a turn's failure is logged as.
_WHAT = {DeadlineOwner.INCIDENT: "deadline", DeadlineOwner.ALERT: "held alert", DeadlineOwner.SHELF: "shelf"}


class SqlDeadlineStore(SqlIncidentStore):
    """Deadlines that have come; `troubled` remembers those that fail."""

    def __init__(self, connection: Connection, troubled: Troubled) -> None:
        super().__init__(connection)
        self._troubled = troubled

    async def lock_due(self, limit: int) -> Sequence[UUID]:
        """See the port."""
        cursor = await self._connection.execute(
            queries("timers").lock_due, {"limit": limit, "resting": self._troubled.resting()}
        )
        return [owner_id for (owner_id,) in await cursor.fetchall()]

    async def lock_due_held(self) -> UUID | None:
        """See the port."""
        cursor = await self._connection.execute(queries("timers").lock_due_held, {"resting": self._troubled.resting()})
        row = await cursor.fetchone()
        return None if row is None else row[0]

    async def read_held(self, alert_id: UUID) -> HeldAlert | None:
        """See the port."""
        return await held_alerts.read_pending(self._connection, alert_id)

    async def drop_held_deadline(self, alert_id: UUID) -> None:
        """See the port."""
        await held_alerts.drop_timer(self._connection, alert_id)

    @asynccontextmanager
    async def turn(self, owner: DeadlineOwner, owner_id: UUID) -> AsyncIterator[None]:
        """See the port."""
        async with self._troubled.turn(self._connection, owner_id, _WHAT[owner]):
            yield
        if self._troubled.rests(owner_id):
            await self._put_off(owner, owner_id)

    async def next_due_s(self) -> float | None:
        """See the port."""
        cursor = await self._connection.execute(queries("timers").next_due)
        row = await cursor.fetchone()
        return None if row is None or row[0] is None else float(row[0])

    async def _put_off(self, owner: DeadlineOwner, owner_id: UUID) -> None:
        """It rests in its row, too, for other processes; if even that fails, in this one alone."""
        try:
            async with self._connection.transaction():
                await self._connection.execute(queries("timers").push_back, {"owner_type": owner, "owner_id": owner_id})
        except Exception as error:
            if fault_of(error) is Fault.AWAY:
                raise
            _log.warning("deadline_not_put_off", owner_id=str(owner_id), error=name_of(error))
