"""What devices send: one message is one device event, with the identity it keeps however often it is sent."""

from dataclasses import dataclass
from datetime import datetime

from alerts.observations import EventKind
from hub.simulation.world import Device


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
