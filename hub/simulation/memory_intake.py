"""The ledger of device events, in memory (`hub.stations.intake_store`)."""

from datetime import datetime
from uuid import UUID

from hub.simulation.memory_shelves import MemoryShelves
from hub.stations.intake_store import DeviceEventRow, EventIdentity, KnownEvent, Standing, UnreadableEvent


class MemoryIntake(MemoryShelves):
    """Bound to one transaction."""

    async def remember_event(self, identity: EventIdentity, now: datetime) -> KnownEvent | None:
        """Waits for another that is about to."""
        await self._tx.statement()
        key = (identity.device_id, identity.identity)
        await self._tx.lock(("event", key))
        known = self._tx.ledger.get(key)
        if known is None:
            self._tx.ledger.put(key, (identity, now))
            return None
        remembered, seen_at = known
        event = self._tx.device_events.get(remembered.device_event_id)
        return KnownEvent(
            device_event_id=remembered.device_event_id,
            payload_sha256=remembered.payload_sha256,
            packet_id=remembered.packet_id,
            seen_at=seen_at,
            device_occurred_at=None if event is None else event.device_occurred_at,
        )

    async def succeed_event(self, identity: EventIdentity, now: datetime) -> None:
        """In its place."""
        await self._tx.statement()
        self._tx.ledger.put((identity.device_id, identity.identity), (identity, now))

    async def insert_device_event(self, row: DeviceEventRow) -> None:
        """As it is."""
        await self._tx.statement()
        self._tx.device_events.put(row.id, row)

    async def standing_of(self, device_event_id: UUID) -> Standing | None:
        """By the alert that it raised first."""
        await self._tx.statement()
        for alert_id in [*self._memory.alerts_by_row[device_event_id], *self._tx.alerts.written]:
            alert = self._tx.alerts.get(alert_id)
            if alert is None or alert.request.device_event_id != device_event_id or alert.incident_id is None:
                continue
            row = self._tx.incidents.get(alert.incident_id)
            if row is not None:
                return Standing(state=row.incident.state, responding=row.incident.responding_at is not None)
        return None

    async def is_crowded(self, device_id: UUID, reason_code: str, received_at: datetime) -> bool:  # noqa: ARG002
        """Worlds send few of them."""
        return False

    async def quarantine_event(self, event: UnreadableEvent, incident_id: UUID) -> None:
        """Kept."""
        await self._tx.statement()
        self._tx.quarantine.put(self.new_id(), (event, incident_id))
