"""What a decoder gives back, and how it says that it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from device_adapters.device_events import DeviceEvent, EventName
from device_adapters.readings import Reading
from device_adapters.statuses import DeviceStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Everything one message said of one device.

    `levels` are flags that a device repeats in every snapshot, named by the event that begins when the flag rises
    (`{"sos_pressed": True}`): `device_adapters.levels` turns their edges into events, with what the hub remembers.
    `untimed`: the payload has no time, so its readings carry the time of receipt; it is marked, and two deliveries of
    the same bytes are told apart by what was sent, not by that time.
    """

    readings: tuple[Reading, ...] = ()
    events: tuple[DeviceEvent, ...] = ()
    status: DeviceStatus | None = None
    levels: Mapping[EventName, bool] = field(default_factory=dict)
    untimed: bool = False


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
