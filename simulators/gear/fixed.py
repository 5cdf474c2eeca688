"""What is fixed to a wall, a bed or a ceiling: it sees only who is there."""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from simulators.gear import vitals
from simulators.gear.instrument import Battery, Look, Occurrence
from simulators.life.living import Moment
from simulators.life.pastimes import Pastime, Place


class CallButton:
    """A button on the wall or around the neck; it says now and then that it is there."""

    kind: ClassVar[str] = "call_button"
    every = timedelta(minutes=30)
    #: Two years on one battery is what such buttons are sold with.
    lasts = timedelta(days=730)

    def __init__(self, *, seed: str) -> None:
        dice = random.Random(f"button/{seed}")
        self.battery = Battery(lasts=self.lasts, charges_in=self.lasts, level_pct=dice.uniform(60, 100))
        self._signal_dbm = dice.randint(-92, -70)

    def look(self, moment: Moment) -> Look:
        """How full its battery is and how well it hears the network."""
        self.battery.pass_time(moment.at, charging=False)
        fields = {"battery_pct": self.battery.shown_pct, "signal_dbm": self._signal_dbm}
        return Look(fields=fields, next_in=self.every, is_alive=not self.battery.is_flat)

    def sees_fall(self, moment: Moment) -> None:
        """It sees nothing."""
        del moment


class Mattress:
    """Breath, heart and movement of whoever lies on it; in bed or not."""

    kind: ClassVar[str] = "mattress"
    every_in_bed = timedelta(seconds=30)
    every_empty = timedelta(seconds=60)

    def __init__(self, *, seed: str) -> None:
        self._signal_dbm = random.Random(f"mattress/{seed}").randint(-80, -50)
        self._in_bed_before: bool | None = None

    def look(self, moment: Moment) -> Look:
        """One reading, and whether somebody has lain down or got up since the last."""
        in_bed = moment.bearing.in_bed
        before, self._in_bed_before = self._in_bed_before, in_bed
        fields: dict[str, Any] = {"in_bed": in_bed, "signal_dbm": self._signal_dbm}
        if in_bed:
            fields |= {
                "heart_rate_bpm": vitals.heart_rate_bpm(moment),
                "respiration_rate_bpm": vitals.respiration_rate_bpm(moment),
                "body_movement": _turning(moment),
            }
        changed = before is not None and before is not in_bed
        occurrences = (Occurrence(event="bed_entry" if in_bed else "bed_exit"),) if changed else ()
        return Look(fields=fields, next_in=self.every_in_bed if in_bed else self.every_empty, occurrences=occurrences)

    def sees_fall(self, moment: Moment) -> None:
        """It sees nothing beside the bed."""
        del moment


class FallRadar:
    """Under the ceiling of the living room, without a picture: somebody is there, moves, lies where nobody should."""

    kind: ClassVar[str] = "fall_radar"
    every = timedelta(minutes=1)
    room = Place.LIVING_ROOM

    def __init__(self, *, seed: str) -> None:
        self._signal_dbm = random.Random(f"radar/{seed}").randint(-75, -45)
        self._there_before: bool | None = None

    def look(self, moment: Moment) -> Look:
        """What moves in the room, and whether somebody has come or gone since the last look."""
        is_there = moment.bearing.place is self.room
        before, self._there_before = self._there_before, is_there
        fields: dict[str, Any] = {
            "activity": vitals.activity(moment) if is_there else 0.0,
            "posture": moment.bearing.posture if is_there else "unknown",
            "signal_dbm": self._signal_dbm,
        }
        if is_there and fields["posture"] in {"lying", "sitting"}:
            fields["respiration_rate_bpm"] = vitals.respiration_rate_bpm(moment)
        changed = before is not None and before is not is_there
        occurrences = (Occurrence(event="motion" if is_there else "no_motion"),) if changed else ()
        return Look(fields=fields, next_in=self.every, occurrences=occurrences)

    def sees_fall(self, moment: Moment) -> Mapping[str, Any] | None:
        """Only in its own room."""
        if moment.bearing.place is not self.room:
            return None
        return {"height_cm": moment.dice("height").randint(12, 30), "confidence": 0.82}


class Gateway:
    """A box on the mains that speaks for wristbands and mattresses; of itself it only says that it is there."""

    kind: ClassVar[str] = "gateway"
    every = timedelta(minutes=5)

    def __init__(self, *, seed: str) -> None:
        self._signal_dbm = random.Random(f"gateway/{seed}").randint(-85, -55)

    def look(self, moment: Moment) -> Look:
        """How well it hears the network."""
        del moment
        return Look(fields={"signal_dbm": self._signal_dbm}, next_in=self.every)

    def sees_fall(self, moment: Moment) -> None:
        """It sees nothing."""
        del moment


def _turning(moment: Moment) -> int:
    """Movements since the last reading: mostly none, sometimes somebody turns over; more before getting up."""
    dice = moment.dice("turning")
    restless = moment.pastime is Pastime.NAPPING
    return dice.choices((0, 1, 3, 9), weights=(60, 25, 10, 5) if not restless else (40, 30, 20, 10))[0]
