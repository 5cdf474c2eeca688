"""Devices on their networks: what is said is sent until the hub has acknowledged it, through whatever lies between.

Messages and acknowledgements are lost, doubled, late and overtaken by others; a device that is out of coverage keeps
what it has to say and sends all of it when it is back.
"""

from collections.abc import Callable
from datetime import timedelta

from alerts.observations import EventKind
from hub.simulation.chance import Chance
from hub.simulation.messages import EventMessage
from hub.simulation.scheduler import Scheduler
from hub.simulation.world import Device

#: Takes a message in; calls back when it is acknowledged, which may be never.
Receive = Callable[[EventMessage, Callable[[], None]], None]

#: A message without an acknowledgement is sent again after this, then after twice as long, up to the longest.
_AGAIN_FIRST_S = 10.0
_AGAIN_LONGEST_S = 600.0


class DeviceLink:
    """One device and its way to the hub."""

    def __init__(self, device: Device, scheduler: Scheduler, chance: Chance, receive: Receive) -> None:
        self._device = device
        self._scheduler = scheduler
        self._chance = chance
        self._receive = receive
        self._said = 0
        self._unacknowledged: dict[int, EventMessage] = {}
        self._away_until = scheduler.now
        self._clock_off = timedelta(seconds=device.network.clock_off_s)
        self._plan_absence()

    @property
    def waiting(self) -> int:
        """How many messages the device still has to bring to the hub."""
        return len(self._unacknowledged)

    def say(self, event: EventKind | None, *, test: bool = False) -> None:
        """Something happens at the device."""
        self._said += 1
        message = EventMessage(
            device=self._device,
            number=self._said,
            event=event,
            occurred_at=self._scheduler.now + self._clock_off,
            test=test,
        )
        self._unacknowledged[message.number] = message
        self._send(message, _AGAIN_FIRST_S)

    def _send(self, message: EventMessage, again_s: float) -> None:
        if message.number not in self._unacknowledged:
            return
        now = self._scheduler.now
        if now < self._away_until:
            back = self._away_until + timedelta(seconds=self._chance.uniform(0.0, 5.0))
            self._scheduler.at(back, "send", lambda: self._send(message, _AGAIN_FIRST_S))
            return
        habits = self._device.network
        for _ in range(2 if self._chance.happens(habits.doubles) else 1):
            if not self._chance.happens(habits.loses):
                self._scheduler.after(self._chance.takes_s(habits.usual_s), "arrive", lambda: self._arrive(message))
        self._scheduler.after(again_s, "send again", lambda: self._send(message, min(2 * again_s, _AGAIN_LONGEST_S)))

    def _arrive(self, message: EventMessage) -> None:
        self._receive(message, lambda: self._answer(message))

    def _answer(self, message: EventMessage) -> None:
        """The hub's acknowledgement, on its way back."""
        if not self._chance.happens(self._device.network.loses_acknowledgement):
            self._unacknowledged.pop(message.number, None)

    def _plan_absence(self) -> None:
        habits = self._device.network
        self._scheduler.after(self._chance.waits_s(habits.away_every_s), "out of coverage", self._go_away)

    def _go_away(self) -> None:
        away = timedelta(seconds=self._chance.waits_s(self._device.network.away_for_s))
        self._away_until = self._scheduler.now + away
        self._plan_absence()
