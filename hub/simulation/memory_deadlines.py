"""Held alerts and deadlines, in memory (`hub.stations.store.DeadlineStore`)."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from alerts.kinds import IncidentKind
from alerts.observations import Subject
from hub.simulation.memory_incidents import MemoryIncidents
from hub.simulation.memory_rows import AlertRow, DeadlineRow
from hub.simulation.resting import pause_after
from hub.stations.records import AlertRequest, HeldAlert
from hub.stations.store import DeadlineOwner


class MemoryDeadlines(MemoryIncidents):
    """Bound to one transaction."""

    # --- Held alerts -------------------------------------------------------------------------------------------

    async def hold_alert(self, request: AlertRequest, due_at: datetime) -> UUID:
        """Pending, with its deadline."""
        await self._tx.statement()
        alert_id = self.new_id()
        self._tx.alerts.put(alert_id, AlertRow(request, None, "pending"))
        self._tx.deadlines.put((DeadlineOwner.ALERT, alert_id), DeadlineRow(due_at))
        return alert_id

    async def release_held(self, subject: Subject, kind: IncidentKind, *, waits: bool = True) -> Sequence[UUID]:
        """Their deadlines are locked first, and looked at again."""
        await self._tx.statement()
        released = []
        for alert_id in [*self._memory.held, *self._tx.alerts.written]:
            row = self._tx.alerts.get(alert_id)
            if row is None or row.state != "pending" or row.request.alert.kind is not kind:
                continue
            if row.request.subject != subject or alert_id in released:
                continue
            owner = (DeadlineOwner.ALERT, alert_id)
            if waits:
                await self._tx.lock(owner)
            elif not self._tx.lock_if_free(owner):
                continue
            if self._tx.deadlines.get(owner) is not None:
                self._tx.deadlines.drop(owner)
                released.append(alert_id)
        return released

    async def attach_held(self, alert_ids: Sequence[UUID], incident_id: UUID) -> None:
        """Those that are still pending."""
        await self._settle_held(alert_ids, incident_id, "active")

    async def clear_held(self, alert_ids: Sequence[UUID], now: datetime) -> None:  # noqa: ARG002 - the port's
        """Those that are still pending."""
        await self._settle_held(alert_ids, None, "cleared")

    async def _settle_held(self, alert_ids: Sequence[UUID], incident_id: UUID | None, state: str) -> None:
        await self._tx.statement()
        for alert_id in alert_ids:
            row = self._tx.alerts.get(alert_id)
            if row is not None and row.state == "pending":
                self._tx.alerts.put(alert_id, AlertRow(row.request, incident_id, state))

    # --- Deadlines ---------------------------------------------------------------------------------------------

    async def lock_due(self, limit: int) -> Sequence[UUID]:
        """Those of incidents that nobody has."""
        await self._tx.statement()
        return self._lock_due(DeadlineOwner.INCIDENT, limit)

    async def lock_due_held(self) -> UUID | None:
        """One of a held alert that nobody has."""
        await self._tx.statement()
        return next(iter(self._lock_due(DeadlineOwner.ALERT, 1)), None)

    def _lock_due(self, owner_type: DeadlineOwner, limit: int) -> list[UUID]:
        now = self._memory.clock()
        own = [(row.comes_at, owner) for owner, row in self._tx.deadlines.written.items() if row is not None]
        due = [*self._memory.due(now), *(one for one in own if one[0] <= now)]
        locked: list[UUID] = []
        for _, owner in sorted(due, key=lambda one: one[0]) if own else due:
            if len(locked) == limit:
                break
            if owner[0] is not owner_type or owner[1] in self._resting or owner[1] in locked:
                continue
            row = self._tx.deadlines.get(owner)
            if row is not None and row.comes_at <= now and self._tx.lock_if_free(owner):
                locked.append(owner[1])
        return locked

    async def read_held(self, alert_id: UUID) -> HeldAlert | None:
        """The alert, if it is still pending."""
        await self._tx.statement()
        await self._tx.lock(alert_id)
        row = self._tx.alerts.get(alert_id)
        if row is None or row.state != "pending":
            return None
        request = row.request
        if request.device_id is None:
            raise LookupError("a held alert is a device's")
        return HeldAlert(
            division_id=request.division_id,
            recipient_id=request.recipient_id,
            device_id=request.device_id,
            occurred_at=request.occurred_at,
            received_at=request.received_at,
            explanation=request.alert.explanation,
        )

    async def drop_held_deadline(self, alert_id: UUID) -> None:
        """It is gone."""
        await self._tx.statement()
        self._tx.deadlines.drop((DeadlineOwner.ALERT, alert_id))

    @asynccontextmanager
    async def turn(self, owner: DeadlineOwner, owner_id: UUID) -> AsyncIterator[None]:
        """Undone alone if it fails; then it rests, and its deadline is pushed back."""
        try:
            with self._tx.savepoint():
                yield
        except Exception as error:  # noqa: BLE001 - whatever it was, the others have their turn
            self._resting.fail(owner_id, error)
            key = (owner, owner_id)
            row = self._tx.deadlines.get(key)
            if row is not None:
                put_off = self._memory.clock() + pause_after(row.failures + 1)
                self._tx.deadlines.put(key, DeadlineRow(row.due_at, row.failures + 1, put_off))
        else:
            self._resting.settle(owner_id)

    async def next_due_s(self) -> float | None:
        """By the earliest that is committed."""
        await self._tx.statement()
        earliest = self._memory.earliest_due()
        return None if earliest is None else (earliest - self._memory.clock()).total_seconds()
