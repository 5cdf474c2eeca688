"""Texts as incidents owe and cancel them, in memory: what the outbox takes over from."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from alerts.decisions import Notify
from alerts.escalation.linked import Told
from hub.simulation.memory import whose
from hub.simulation.memory_rows import NotificationRow
from hub.simulation.memory_transaction import MemoryTransaction
from hub.stations.records import Entry, LockedIncident

#: How far back a clock is set at most.
_CLOCKS_JUMP_MAX = timedelta(days=1)
#: A try in one of these was handed over.
_HANDED_OVER = frozenset({"submitting", "accepted", "delivered"})


class MemoryOwing:
    """Bound to one transaction."""

    _tx: MemoryTransaction

    async def owe(self, entry: Entry, duties: Sequence[Notify]) -> None:
        """Each key once, ever."""
        await self._tx.statement()
        memory = self._tx.memory
        for duty in duties:
            await self._tx.lock(("owed", duty.dedup_key))
            written = {row.dedup_key for row in self._tx.notifications.written.values() if row is not None}
            if duty.dedup_key in memory.owed_keys or duty.dedup_key in written:
                continue
            row = NotificationRow(
                id=memory.new_id(),
                incident_id=entry.id,
                person=duty.person,
                destination=duty.person.phone or "",
                severity=entry.incident.severity,
                state="owed",
                created_at=entry.at,
                dedup_key=duty.dedup_key,
            )
            self._tx.notifications.put(row.id, row)

    async def cancel_notifications(self, incident_id: UUID) -> None:
        """Those of which nothing was handed over."""
        await self._tx.statement()
        for row in self._notifications_of(incident_id):
            if row.state not in {"owed", "sending"} or row.answers:
                continue
            await self._tx.lock(row.id)
            tries = [
                attempt
                for attempt_id in self._tx.memory.attempts_of[row.id]
                if (attempt := self._tx.attempts.get(attempt_id)) is not None
            ]
            if any(attempt.state in _HANDED_OVER for attempt in tries):
                continue
            self._tx.notifications.put(row.id, replace(row, state="cancelled"))
            for attempt in tries:
                if attempt.state == "queued":
                    self._tx.attempts.put(attempt.id, replace(attempt, state="failed", reason="cancelled"))

    async def told_lately(self, locked: LockedIncident, since: datetime) -> tuple[Told, ...]:
        """By the notifications of the recipient's other incidents."""
        await self._tx.statement()
        own = self._tx.incidents.get(locked.id)
        if own is None:
            return ()
        told = [
            row
            for row in self._recent_texts(whose(own), since)
            if row.incident_id != locked.id
            and row.created_at > since
            and not row.answers
            and row.state not in {"cancelled", "failed"}
        ]
        told.sort(key=lambda row: (row.created_at, row.id))
        return tuple(Told(number=row.destination, severity=row.severity, at=row.created_at) for row in told)

    def _recent_texts(self, shared_by: Hashable, since: datetime) -> list[NotificationRow]:
        """The texts of everything that shares this ladder, back to some while before that moment: clocks jump."""
        recent = [row for row in self._tx.notifications.written.values() if row is not None]
        texts = self._tx.memory.texts_of[shared_by]
        for notification_id in reversed(texts):
            row = self._tx.notifications.get(notification_id)
            if row is None or row.created_at < since - _CLOCKS_JUMP_MAX:
                break
            if notification_id not in self._tx.notifications.written:
                recent.append(row)
        return [row for row in recent if self._shared_by(row) == shared_by]

    def _shared_by(self, row: NotificationRow) -> Hashable:
        incident = self._tx.incidents.get(row.incident_id)
        return None if incident is None else whose(incident)

    def _notifications_of(self, incident_id: UUID) -> list[NotificationRow]:
        ids = dict.fromkeys([*self._tx.memory.notifications_of[incident_id], *self._tx.notifications.written])
        rows = [self._tx.notifications.get(notification_id) for notification_id in ids]
        return [row for row in rows if row is not None and row.incident_id == incident_id]
