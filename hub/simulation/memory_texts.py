"""Notifications and their attempts as a transaction in memory sees them, for both sides of the outbox's store."""

from datetime import datetime
from uuid import UUID

from alerts.incidents import IncidentState
from hub.simulation.memory_rows import AttemptRow, NotificationRow
from hub.simulation.memory_transaction import MemoryTransaction


class MemoryTexts:
    """Bound to one transaction."""

    def __init__(self, transaction: MemoryTransaction) -> None:
        self.transaction = self._tx = transaction
        self._memory = transaction.memory

    def new_id(self) -> UUID:
        """The next identity."""
        return self._memory.new_id()

    async def now(self) -> datetime:
        """The memory's clock."""
        return self._memory.clock()

    def _unsettled(self) -> list[NotificationRow]:
        written = self._tx.notifications.written
        rows = [*({**self._memory.unsettled, **written} if written else self._memory.unsettled).values()]
        return [row for row in rows if row is not None and row.state in {"owed", "sending"}]

    def _under_way(self) -> list[AttemptRow]:
        written = self._tx.attempts.written
        rows = [*({**self._memory.under_way, **written} if written else self._memory.under_way).values()]
        return [row for row in rows if row is not None]

    def _tries(self, notification_id: UUID) -> list[AttemptRow]:
        kept, written = self._memory.attempts_of.get(notification_id, {}), self._tx.attempts.written
        rows = [self._tx.attempts.get(attempt_id) for attempt_id in ({**kept, **written} if written else kept)]
        return sorted(
            (row for row in rows if row is not None and row.notification_id == notification_id),
            key=lambda row: row.number,
        )

    def _notifications_of(self, incident_id: UUID) -> list[NotificationRow]:
        ids = dict.fromkeys([*self._memory.notifications_of.get(incident_id, ()), *self._tx.notifications.written])
        rows = [self._tx.notifications.get(notification_id) for notification_id in ids]
        return [row for row in rows if row is not None and row.incident_id == incident_id]

    def _is_open(self, row: NotificationRow) -> bool:
        incident = self._tx.incidents.get(row.incident_id)
        return incident is not None and incident.incident.state is IncidentState.OPEN

    def _may_leave(self, row: NotificationRow) -> bool:
        expired = row.expires_at is not None and row.expires_at <= self._memory.clock()
        return row.state != "cancelled" and not expired and (row.answers or self._is_open(row))

    def _division(self, row: NotificationRow) -> str:
        incident = self._tx.incidents.get(row.incident_id)
        return "" if incident is None else incident.division_id
