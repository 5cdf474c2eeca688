"""What one transaction can read and write of device events that come in: the ledger of identities, and the rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from alerts.explanation import Explanation
from alerts.incidents import IncidentState
from hub.stations.store import IncidentStore


@dataclass(frozen=True, slots=True, kw_only=True)
class EventIdentity:
    """What the sent bytes say about which event this is."""

    device_id: UUID
    identity: bytes
    device_event_id: UUID  #: The row it will have if it is new.
    payload_sha256: bytes
    packet_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEvent:
    """An event that was taken in before."""

    device_event_id: UUID
    payload_sha256: bytes
    packet_id: int | None
    seen_at: datetime
    device_occurred_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEventRow:
    """A row of `device_event`."""

    id: UUID
    division_id: str
    device_id: UUID
    recipient_id: UUID | None
    event: str
    event_id: str | None
    seq: int | None
    boot_id: str | None
    occurred_at: datetime
    device_occurred_at: datetime | None
    received_at: datetime
    quality: str
    historical: bool
    test: bool
    component: str | None
    wants_ack: bool
    evidence: Mapping[str, object] | None
    location: Mapping[str, object] | None
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the incident of an event stands."""

    state: IncidentState
    responding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableEvent:
    """An event of a device that cannot be read, and why."""

    division_id: str
    device_id: UUID
    recipient_id: UUID | None
    topic: str
    payload: bytes
    reason: Explanation
    received_at: datetime
    event_id: str | None  #: The device's own, where at least that can be read.


class IntakeStore(IncidentStore, Protocol):
    """Device events beside incidents."""

    async def remember_event(self, identity: EventIdentity, now: datetime) -> KnownEvent | None:
        """Put an identity into the ledger; the event that it belongs to when it was there already.

        Waits for another transaction that is about to put it there.
        """
        ...

    async def succeed_event(self, identity: EventIdentity, now: datetime) -> None:
        """Let a known identity stand for this newer event."""
        ...

    async def insert_device_event(self, row: DeviceEventRow) -> None:
        """Store one device event with the bytes that were sent."""
        ...

    async def standing_of(self, device_event_id: UUID) -> Standing | None:
        """Where the incident that this event alerted stands; None: it is in none."""
        ...

    async def is_crowded(self, device_id: UUID, reason_code: str, received_at: datetime) -> bool:
        """Whether the device's share of the quarantine is used up for that reason and day: more is only counted."""
        ...

    async def quarantine_event(self, event: UnreadableEvent, incident_id: UUID) -> None:
        """Count it, and keep it while its device's share has room."""
        ...
