"""What devices send: one message is one device event, with the identity it keeps however often it is sent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.explanation import Explanation
from alerts.kinds import SubjectType
from alerts.observations import DeviceEvent, EventKind
from hub.simulation.world import DIVISION_ID, Device
from hub.stations.intake_store import DeviceEventRow, EventIdentity, UnreadableEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMessage:
    """One device event as it leaves its device. `event` None: bytes that nobody can read."""

    device: Device
    number: int  #: Counted by the device; with it, its identity.
    event: EventKind | None
    occurred_at: datetime  #: By the device's own clock.
    test: bool = False

    @property
    def id(self) -> str:
        """The device's own, the same in every repetition."""
        return f"{self.device.name}-{self.number}"


def unreadable_of(message: EventMessage, now: datetime) -> UnreadableEvent:
    """What the hub keeps of one that nobody can read."""
    return UnreadableEvent(
        division_id=DIVISION_ID,
        device_id=message.device.id,
        recipient_id=None,
        topic="event",
        payload=message.id.encode(),
        reason=Explanation(code="not_json"),
        received_at=now,
        event_id=message.id,
    )


def row_of(identity: EventIdentity, message: EventMessage, event: DeviceEvent) -> DeviceEventRow:
    """The row of one that could be read, attributed."""
    is_person = event.subject.type is SubjectType.RECIPIENT
    return DeviceEventRow(
        id=identity.device_event_id,
        division_id=DIVISION_ID,
        device_id=message.device.id,
        recipient_id=UUID(event.subject.id) if is_person else None,
        event=event.event,
        event_id=message.id,
        seq=message.number,
        boot_id=None,
        occurred_at=event.occurred_at,
        device_occurred_at=message.occurred_at,
        received_at=event.received_at,
        quality="device",
        historical=event.historical,
        test=event.test,
        component=None,
        wants_ack=True,
        evidence=None,
        location=None,
        payload=identity.payload_sha256,
    )
