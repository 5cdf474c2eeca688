"""A call button on the wall: it presses, shows how far the call has come, and says now and then that it is there."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from simulators.device import SimulatedDevice
from simulators.link import HubAddress
from simulators.notes import Report

#: Two years on one battery is what such buttons are sold with.
BATTERY_LIFE = timedelta(days=730)


class ButtonReadings:
    """What a button knows of itself: how full its battery is and how well it hears the network."""

    def __init__(self, *, battery_pct: float = 96, signal_dbm: int = -79) -> None:
        self._battery_pct = battery_pct
        self._signal_dbm = signal_dbm
        self._since: datetime | None = None

    def __call__(self, now: datetime) -> Mapping[str, Any]:
        """One reading, as it goes on the wire."""
        self._since = self._since or now
        left_pct = self._battery_pct - 100 * ((now - self._since) / BATTERY_LIFE)
        return {"battery_pct": max(round(left_pct), 0), "signal_dbm": self._signal_dbm}


def call_button(
    *,
    address: HubAddress,
    device_id: str,
    password: str,
    report: Report,
    measure_every: timedelta = timedelta(minutes=1),
) -> SimulatedDevice:
    """A button that is ready to `run`; to be called inside a running event loop."""
    return SimulatedDevice(
        address=address,
        device_id=device_id,
        password=password,
        measure=ButtonReadings(),
        report=report,
        measure_every=measure_every,
        firmware="button-simulator-1",
    )
