"""What a decoder gives back, and how it says that it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass

from device_adapters.device_events import DeviceEvent
from device_adapters.readings import Reading
from device_adapters.statuses import DeviceStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Everything one message said."""

    readings: tuple[Reading, ...] = ()
    events: tuple[DeviceEvent, ...] = ()
    status: DeviceStatus | None = None


class UnreadableError(ValueError):
    """A payload that is not understood: the sender's to mend. `code` and `params` name the field or the offset.

    `event_id` is the device's own id of the event, where that much could be read: it is told `refused`.
    """

    def __init__(
        self, code: str, params: Mapping[str, str | int] | None = None, *, event_id: str | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params or {})
        self.event_id = event_id
