"""Device events as rows, beside incidents: `hub.stations.intake_store.IntakeStore` over a connection."""

from datetime import datetime
from uuid import UUID

from alerts.incidents import IncidentState
from hub.stations.intake_store import DeviceEventRow, EventIdentity, KnownEvent, Standing, UnreadableEvent
from hub.storage import device_events, quarantine
from hub.storage.incidents import SqlIncidentStore
from hub.storage.quarantine import QuarantinedMessage


class SqlIntakeStore(SqlIncidentStore):
    """See the port."""

    async def remember_event(self, identity: EventIdentity, now: datetime) -> KnownEvent | None:
        """See the port."""
        return await device_events.remember(self._connection, identity, now)

    async def succeed_event(self, identity: EventIdentity, now: datetime) -> None:
        """See the port."""
        await device_events.succeed(self._connection, identity, now)

    async def insert_device_event(self, row: DeviceEventRow) -> None:
        """See the port."""
        await device_events.insert(self._connection, row)

    async def standing_of(self, device_event_id: UUID) -> Standing | None:
        """See the port."""
        found = await device_events.incident_stage(self._connection, device_event_id)
        return None if found is None else Standing(state=IncidentState(found[1]), responding=found[2])

    async def is_crowded(self, device_id: UUID, reason_code: str, received_at: datetime) -> bool:
        """See the port."""
        return await quarantine.is_crowded(self._connection, device_id, reason_code, received_at)

    async def quarantine_event(self, event: UnreadableEvent, incident_id: UUID) -> None:
        """See the port."""
        message = QuarantinedMessage(
            division_id=event.division_id,
            device_id=event.device_id,
            topic=event.topic,
            reason=event.reason,
            payload=event.payload,
            received_at=event.received_at,
            incident_id=incident_id,
        )
        await quarantine.put(self._connection, [message])
