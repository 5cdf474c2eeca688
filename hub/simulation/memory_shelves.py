"""Shelves and what lies on them, in memory (`hub.stations.shelving.ShelfStore`)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from alerts.actors import Actor
from alerts.kinds import IncidentKind
from alerts.observations import Subject
from alerts.storms.shelving import Shelf
from hub.simulation.memory_deadlines import MemoryDeadlines
from hub.simulation.memory_rows import AlertRow, DeadlineRow, ShelfRow
from hub.stations.records import AlertRequest
from hub.stations.shelving import EndedShelf, Unshelved
from hub.stations.store import DeadlineOwner


class MemoryShelves(MemoryDeadlines):
    """Bound to one transaction."""

    async def put_up(self, shelf: ShelfRow) -> None:
        """A new shelf and its end."""
        await self._tx.statement()
        shelf_id = UUID(shelf.shelf.id)
        self._tx.shelves.put(shelf_id, shelf)
        self._tx.deadlines.put((DeadlineOwner.SHELF, shelf_id), DeadlineRow(shelf.shelf.until_at))

    async def shelves_over(self, subject: Subject, device_id: UUID | None) -> Sequence[Shelf]:
        """Each kept from ending."""
        await self._tx.statement()
        over: list[Shelf] = []
        for shelf_id in [*self._memory.shelves_up, *self._tx.shelves.written]:
            row = self._tx.shelves.get(shelf_id)
            if row is None or row.ended_at is not None or row.shelf in over:
                continue
            if row.shelf.subject == subject or row.shelf.device_id == (device_id and str(device_id)):
                await self._tx.share_waiting(("shelf", shelf_id))
                row = self._tx.shelves.get(shelf_id)
                if row is not None and row.ended_at is None:
                    over.append(row.shelf)
        return over

    async def shelve_alert(self, request: AlertRequest, shelf_id: UUID) -> None:
        """Without an incident."""
        await self._tx.statement()
        self._tx.alerts.put(self.new_id(), AlertRow(request, None, "shelved", shelf_id))

    async def clear_shelved(self, subject: Subject, kind: IncidentKind, now: datetime) -> None:  # noqa: ARG002
        """But for what is being brought back."""
        await self._tx.statement()
        for alert_id, row in self._shelved(subject, kind):
            if self._tx.lock_if_free(alert_id):
                self._tx.alerts.put(alert_id, replace(row, state="cleared"))

    async def lock_due_shelf(self) -> UUID | None:
        """One that nobody has."""
        await self._tx.statement()
        return next(iter(self._lock_due(DeadlineOwner.SHELF, 1)), None)

    async def end_shelf(self, shelf_id: UUID, by: Actor | None, now: datetime) -> EndedShelf | None:
        """Waits for whoever puts something on it."""
        await self._tx.statement()
        self._tx.deadlines.drop((DeadlineOwner.SHELF, shelf_id))
        await self._tx.lock(("shelf", shelf_id))
        row = self._tx.shelves.get(shelf_id)
        if row is None or row.ended_at is not None:
            return None
        self._tx.shelves.put(shelf_id, replace(row, ended_at=now, ended_by=by))
        ids = dict.fromkeys([*self._memory.alerts_on[shelf_id], *self._tx.alerts.written])
        held = [alert for alert_id in ids if (alert := self._tx.alerts.get(alert_id)) and alert.shelf_id == shelf_id]
        subject = row.shelf.subject
        return EndedShelf(
            division_id=row.division_id,
            device_id=None if row.shelf.device_id is None else UUID(row.shelf.device_id),
            recipient_id=None if subject is None else UUID(subject.id),
            held_back=len(held),
            still=sum(alert.state == "shelved" for alert in held),
        )

    async def lock_unshelved(self) -> Unshelved | None:
        """The newest, with all of its subject and kind."""
        await self._tx.statement()
        lasting = [(alert_id, row) for alert_id, row in self._shelved(None, None) if self._is_off(row)]
        lasting.sort(key=lambda one: (one[1].request.received_at, one[0]), reverse=True)
        for alert_id, row in lasting:
            if alert_id in self._resting or not self._tx.lock_if_free(alert_id):
                continue
            request = row.request
            siblings = [
                other_id
                for other_id, other in lasting
                if other.request.subject == request.subject
                and other.request.alert.kind is request.alert.kind
                and self._tx.lock_if_free(other_id)
            ]
            return Unshelved(request=request, alert_ids=siblings)
        return None

    async def attach_unshelved(self, alert_ids: Sequence[UUID], incident_id: UUID) -> None:
        """Those that are still shelved."""
        await self._tx.statement()
        for alert_id in alert_ids:
            row = self._tx.alerts.get(alert_id)
            if row is not None and row.state == "shelved":
                self._tx.alerts.put(alert_id, replace(row, incident_id=incident_id, state="active"))

    def _shelved(self, subject: Subject | None, kind: IncidentKind | None) -> list[tuple[UUID, AlertRow]]:
        found = []
        for alert_id in dict.fromkeys([*self._memory.shelved, *self._tx.alerts.written]):
            row = self._tx.alerts.get(alert_id)
            if row is None or row.state != "shelved":
                continue
            if (subject is None or row.request.subject == subject) and (kind is None or row.request.alert.kind is kind):
                found.append((alert_id, row))
        return found

    def _is_off(self, row: AlertRow) -> bool:
        shelf = None if row.shelf_id is None else self._tx.shelves.get(row.shelf_id)
        return shelf is None or shelf.ended_at is not None
