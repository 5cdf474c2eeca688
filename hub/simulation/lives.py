"""Lives: what happens to the recipients, told by their devices and by the telephone.

Rates are above those of the field (DOMAIN.md section 3: 0.03 desk incidents a person-day), because it is the
incidents that a simulation is about.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from alerts.observations import EventKind
from hub.simulation.chance import Chance
from hub.simulation.network import DeviceLink
from hub.simulation.scheduler import Scheduler
from hub.simulation.world import Device, Recipient

_DAY_S = 86_400.0
_PRESSED_ON = frozenset({"smartwatch", "wristband", "sos_button"})
#: What devices say besides, each now and then: equipment's queue, and the service key.
_SMALL_TALK = (
    EventKind.LOW_BATTERY,
    EventKind.BATTERY_OK,
    EventKind.REMOVED,
    EventKind.WORN,
    EventKind.CHARGING_STARTED,
    EventKind.CHARGING_ENDED,
    EventKind.TAMPER,
    EventKind.TAMPER_RESTORED,
    EventKind.DEVICE_FAULT,
    EventKind.FAULT_RESTORED,
    EventKind.SERVICE_REQUESTED,
    EventKind.SELF_TEST_FAILED,
    EventKind.SELF_TEST_PASSED,
    EventKind.NO_MOTION,
    EventKind.MOTION,
)
_SMALL_TALK_EVERY_S = 60 * _DAY_S
#: Something nobody can read, per device: rare, and it may be the cry.
_GARBAGE_EVERY_S = 300 * _DAY_S
_TEST_PRESS_EVERY_S = 60 * _DAY_S


class Life:
    """One recipient's year. `calls` is told when somebody rings the desk about them."""

    def __init__(
        self,
        recipient: Recipient,
        links: Mapping[UUID, DeviceLink],
        scheduler: Scheduler,
        chance: Chance,
        calls: Callable[[Recipient], None],
    ) -> None:
        self._recipient = recipient
        self._links = links
        self._scheduler = scheduler
        self._chance = chance
        self._calls = calls
        self._again(recipient.presses, "press", self._press)
        self._again(recipient.falls, "fall", self._fall)
        self._again(recipient.leaves_bed, "leave bed", self._leave_bed)
        self._again(recipient.phones, "telephone", lambda: self._calls(recipient))
        for device in recipient.devices:
            link = links[device.id]
            self._every(_SMALL_TALK_EVERY_S, "small talk", self._talking(link))
            self._every(_GARBAGE_EVERY_S, "garbage", _saying(link, None))
            if device.kind in _PRESSED_ON:
                test_press = _saying(link, EventKind.SOS_PRESSED, test=True)
                self._every(_TEST_PRESS_EVERY_S, "test press", test_press)

    def _again(self, a_day: float, what: str, happen: Callable[[], None]) -> None:
        if a_day > 0:
            self._every(_DAY_S / a_day, what, happen)

    def _every(self, mean_s: float, what: str, happen: Callable[[], None]) -> None:
        def happen_and_plan() -> None:
            happen()
            self._scheduler.after(self._chance.waits_s(mean_s), what, happen_and_plan)

        self._scheduler.after(self._chance.waits_s(mean_s), what, happen_and_plan)

    def _talking(self, link: DeviceLink) -> Callable[[], None]:
        return lambda: link.say(self._chance.choice(_SMALL_TALK))

    def _press(self) -> None:
        """A press, often several: some by mistake and taken back, some for a long time."""
        link = self._link(_PRESSED_ON)
        link.say(EventKind.SOS_PRESSED)
        while self._chance.happens(0.3):
            again_s = self._chance.takes_s(60.0, 1.5)
            self._scheduler.after(again_s, "press again", _saying(link, EventKind.SOS_PRESSED))
        if self._chance.happens(0.1):
            cancelled_s = self._chance.uniform(5.0, 90.0)
            self._scheduler.after(cancelled_s, "cancel", _saying(link, EventKind.SOS_CANCELLED))

    def _fall(self) -> None:
        """A suspicion; then they are up again, or the device is sure, or they press, or there is only silence."""
        link = self._link(frozenset({"smartwatch"}))
        link.say(EventKind.FALL_SUSPECTED)
        follows = self._chance.picks(
            (
                (4, EventKind.FALL_CANCELLED),
                (2, EventKind.FALL_CONFIRMED),
                (2, EventKind.SOS_PRESSED),
                (1, EventKind.FALL_SUSPECTED),
                (3, None),
            )
        )
        if follows is not None:
            # around the end of the window, too: it is a minute
            self._scheduler.after(self._chance.uniform(2.0, 75.0), "after a fall", _saying(link, follows))

    def _leave_bed(self) -> None:
        link = self._link(frozenset({"mattress"}))
        link.say(EventKind.BED_EXIT)
        back_s = self._chance.takes_s(1500.0, 1.0)
        if self._chance.happens(0.5):
            self._scheduler.after(0.7 * back_s, "still out of bed", _saying(link, EventKind.BED_ABSENCE))
        self._scheduler.after(back_s, "back in bed", _saying(link, EventKind.BED_ENTRY))

    def _link(self, kinds: frozenset[str]) -> DeviceLink:
        fitting: list[Device] = [device for device in self._recipient.devices if device.kind in kinds]
        return self._links[self._chance.choice(fitting).id]


def _saying(link: DeviceLink, event: EventKind | None, *, test: bool = False) -> Callable[[], None]:
    return lambda: link.say(event, test=test)
