"""Device tests as ingest meets them: presses within a window, and events that say that the device was tested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from device_adapters import DeviceEvent
from hub.storage import test_windows
from hub.storage.database import Connection
from hub.storage.test_windows import HowTested

#: With `test` these are how a person tries a device.
_TRIED_BY = frozenset({"sos_pressed", "fall_suspected", "fall_confirmed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """An event of a device, with the time to believe."""

    device_id: UUID
    event: DeviceEvent
    occurred_at: datetime
    received_at: datetime

    @property
    def is_press(self) -> bool:
        """A press that does not say itself that it is a test."""
        return self.event.event == "sos_pressed" and not self.event.test


async def within_windows(connection: Connection, events: Sequence[Timed]) -> list[bool]:
    """Of each event, whether it is a press that happened and came while somebody tried its device."""
    presses = [one for one in events if one.is_press]
    if not presses:
        return [False] * len(events)
    received = [one.received_at for one in presses]
    devices = {one.device_id for one in presses}
    windows = await test_windows.find_windows(connection, devices, min(received), max(received))
    return [
        one.is_press
        and any(window.covers(one.occurred_at, one.received_at) for window in windows.get(one.device_id, ()))
        for one in events
    ]


async def note_test(connection: Connection, one: Timed, now: datetime) -> None:
    """A device that says that somebody tried it, or that it tested itself: that has come the whole way."""
    if one.event.event == "self_test_passed":
        await test_windows.note_test(connection, one.device_id, HowTested.SELF_TEST, one.occurred_at, now)
    elif one.event.test and one.event.event in _TRIED_BY:
        await test_windows.note_test(connection, one.device_id, HowTested.CODE, one.occurred_at, now)
