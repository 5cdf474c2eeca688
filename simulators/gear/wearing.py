"""Whether something is on the wrist, on the charger or on the table: a habit, or what a scenario says."""

import random
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from simulators.gear.instrument import Battery
from simulators.life.living import Moment
from simulators.life.pastimes import Pastime

#: Where people remember the charger.
_CHARGES_DURING = {Pastime.EATING, Pastime.RESTING, Pastime.HOSTING, Pastime.COOKING}
_WANTS_CHARGE_PCT = 35.0
_FULL_PCT = 98.0


class Hand(StrEnum):
    """Where a worn device is."""

    ON = "on"  #: On the body.
    OFF = "off"  #: On the table.
    CHARGER = "charger"  #: Charging, and not on the body.


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How somebody treats what should be worn."""

    off_at_night: bool

    @classmethod
    def of(cls, seed: str) -> "Habit":
        """One in five takes it off for the night."""
        return cls(off_at_night=random.Random(f"habit/{seed}").random() < 0.2)


class Wrist:
    """Where the device is; `order` overrules the habit until it is given back."""

    def __init__(self, habit: Habit) -> None:
        self.hand = Hand.ON
        self.since: datetime | None = None
        self._habit = habit
        self._ordered: Hand | None = None

    def order(self, hand: Hand | None) -> None:
        """A scenario's word; None gives the habit back."""
        self._ordered = hand

    def look(self, moment: Moment, battery: Battery) -> Hand:
        """Where it is now."""
        hand = self._ordered or self._by_habit(moment, battery)
        if hand is not self.hand or self.since is None:
            self.hand, self.since = hand, moment.at
        return hand

    def _by_habit(self, moment: Moment, battery: Battery) -> Hand:
        if not moment.is_home:
            return Hand.ON if self.hand is Hand.CHARGER else self.hand
        if self.hand is Hand.CHARGER and battery.level_pct < _FULL_PCT and moment.pastime is not Pastime.SLEEPING:
            return Hand.CHARGER
        if battery.level_pct < _WANTS_CHARGE_PCT and moment.pastime in _CHARGES_DURING:
            return Hand.CHARGER
        if self._habit.off_at_night and moment.pastime is Pastime.SLEEPING:
            return Hand.OFF
        return Hand.ON
