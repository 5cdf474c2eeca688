"""What happens to a simulated device, as it is reported: one note for each thing, ready for a line or for JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from simulators.wire import stamp


class Happening(StrEnum):
    """What can happen to a device."""

    ONLINE = "online"  #: Connected, subscribed, said hello.
    OFFLINE = "offline"  #: The link is gone, or was never there; the reason says more.
    CALLED = "called"  #: Somebody calls for help: the button went down, or the device suspects a fall.
    SENT = "sent"  #: The call left, for the first time or again.
    COMMITTED = "committed"  #: PUBACK of the call: the hub has it on disk.
    STAGE = "stage"  #: The hub said how far the call has come.
    MEASURED = "measured"  #: A reading, or a batch of them, was sent and acknowledged.
    REPORTED = "reported"  #: A device event that is no call was sent and acknowledged.
    COMMANDED = "commanded"  #: The hub asked for something.
    STORY = "story"  #: A step of the scenario.


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing that happened; `details` are ready for JSON."""

    at: datetime
    device_id: str
    happening: Happening
    details: Mapping[str, Any]

    def as_fields(self) -> dict[str, Any]:
        """One flat object, as `--json` prints it."""
        return {"at": stamp(self.at), "device_id": self.device_id, "what": self.happening.value, **self.details}


Report = Callable[[Note], None]
