"""What is worn: a smartwatch with its own SIM card, and a wristband that lasts a week."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from simulators.gear import vitals
from simulators.gear.instrument import Battery, Look, Occurrence
from simulators.gear.wearing import Habit, Hand, Wrist
from simulators.life.living import Moment

LOW_PCT = 15.0
LOW_OVER_PCT = 20.0
#: Nothing is sent with a flat battery; the next look is only to see whether it is on the charger.
_FLAT_LOOK = timedelta(minutes=5)


class WornInstrument:
    """Steps, heart rate, where it is worn; subclasses add what they measure besides."""

    kind: ClassVar[str]
    every: ClassVar[timedelta]
    lasts: ClassVar[timedelta]
    charges_in: ClassVar[timedelta]

    def __init__(self, *, seed: str) -> None:
        dice = random.Random(f"{self.kind}/{seed}")
        self.wrist = Wrist(Habit.of(seed))
        self.battery = Battery(lasts=self.lasts, charges_in=self.charges_in, level_pct=dice.uniform(45, 100))
        self._signal_dbm = dice.randint(-95, -70)
        self._hand_before: Hand | None = None
        self._is_low = False
        self._pedometer = Pedometer()
        self._place: tuple[float, float] | None = None

    @property
    def is_on(self) -> bool:
        """On the body, and not flat."""
        return self.wrist.hand is Hand.ON and not self.battery.is_flat

    def look(self, moment: Moment) -> Look:
        """One reading, and what has changed since the last."""
        self.battery.pass_time(moment.at, charging=self.wrist.hand is Hand.CHARGER)
        hand = self.wrist.look(moment, self.battery)
        steps = self._pedometer.count(moment, worn=hand is Hand.ON)
        if hand is Hand.ON or self._place is None:
            self._place = moment.lat, moment.lon
        if self.battery.is_flat and hand is not Hand.CHARGER:
            return Look(fields=None, next_in=_FLAT_LOOK, is_alive=False)
        fields: dict[str, Any] = {
            "worn": hand is Hand.ON,
            "charging": hand is Hand.CHARGER,
            "battery_pct": self.battery.shown_pct,
            "signal_dbm": self._signal_dbm + moment.dice("signal").randint(-4, 4),
            "steps": steps,
        }
        if hand is Hand.ON:
            fields |= {
                "heart_rate_bpm": vitals.heart_rate_bpm(moment),
                "activity": vitals.activity(moment),
                **self.measures_besides(moment),
            }
        fields |= self.measures_anywhere(moment, self._place)
        return Look(fields=fields, next_in=self.every, occurrences=self._changes(hand))

    def sees_fall(self, moment: Moment) -> Mapping[str, Any] | None:
        """Only on the body."""
        if not self.is_on:
            return None
        dice = moment.dice("impact")
        return {"impact_g": round(dice.uniform(2.4, 4.2), 1), "heart_rate_bpm": vitals.heart_rate_bpm(moment)}

    def measures_besides(self, moment: Moment) -> Mapping[str, Any]:
        """What this kind measures on the body."""
        raise NotImplementedError

    def measures_anywhere(self, moment: Moment, place: tuple[float, float]) -> Mapping[str, Any]:
        """What it measures on the table, too; `place` is where it is."""
        raise NotImplementedError

    def _changes(self, hand: Hand) -> tuple[Occurrence, ...]:
        changes = []
        before, self._hand_before = self._hand_before, hand
        if before is not None and hand is not before:
            if before is Hand.ON:
                changes.append("removed")
            if before is Hand.CHARGER:
                changes.append("charging_ended")
            changes.extend({Hand.ON: ["worn"], Hand.CHARGER: ["charging_started"], Hand.OFF: []}[hand])
        if self.battery.level_pct < LOW_PCT and not self._is_low:
            self._is_low = True
            changes.append("low_battery")
        elif self.battery.level_pct > LOW_OVER_PCT and self._is_low:
            self._is_low = False
            changes.append("battery_ok")
        shown = {"battery_pct": self.battery.shown_pct}
        return tuple(Occurrence(event=event, evidence=shown) for event in changes)


class Pedometer:
    """Counts what is walked while it is worn, from local midnight."""

    def __init__(self) -> None:
        self._counted = 0
        self._walked_before: int | None = None
        self._midnight_before: datetime | None = None

    def count(self, moment: Moment, *, worn: bool) -> int:
        """Steps since midnight; never falling before the next."""
        midnight = moment.at - timedelta(hours=moment.local_hour)
        if self._midnight_before is None:
            self._counted = moment.steps
        elif midnight - self._midnight_before > timedelta(hours=1):
            self._counted = moment.steps if worn else 0
        elif worn and self._walked_before is not None:
            self._counted += max(moment.steps - self._walked_before, 0)
        self._walked_before, self._midnight_before = moment.steps, midnight
        return self._counted


class Smartwatch(WornInstrument):
    """A reading a minute over the mobile network, with a position out of doors; charged every other day."""

    kind = "smartwatch"
    every = timedelta(minutes=1)
    lasts = timedelta(hours=40)
    charges_in = timedelta(minutes=100)
    #: Indoors the position is an estimate by wireless networks, and not taken each time.
    _INDOOR_FIX_EVERY_MIN = 30

    def measures_besides(self, moment: Moment) -> Mapping[str, Any]:
        """Posture, and saturation every ten minutes."""
        fields: dict[str, Any] = {"posture": moment.bearing.posture}
        if int(moment.local_hour * 60) % 10 == 0:
            fields["spo2_pct"] = vitals.spo2_pct(moment)
        return fields

    def measures_anywhere(self, moment: Moment, place: tuple[float, float]) -> Mapping[str, Any]:
        """Where it is."""
        is_out = not moment.is_home and self.wrist.hand is Hand.ON
        if not is_out and int(moment.local_hour * 60) % self._INDOOR_FIX_EVERY_MIN:
            return {}
        dice = moment.dice("fix")
        accuracy_m = dice.randint(6, 20) if is_out else dice.randint(35, 80)
        lat, lon = (round(degrees + dice.gauss(0, accuracy_m / 250_000), 6) for degrees in place)
        source = "gps" if is_out else "wifi"
        return {"location": {"lat": lat, "lon": lon, "accuracy_m": accuracy_m, "source": source, "datum": "wgs84"}}


class Wristband(WornInstrument):
    """A reading every five minutes, mostly by a gateway in the home; charged once a week."""

    kind = "wristband"
    every = timedelta(minutes=5)
    lasts = timedelta(days=7)
    charges_in = timedelta(hours=2)

    def measures_besides(self, moment: Moment) -> Mapping[str, Any]:
        """Warmth, and blood pressure once an hour."""
        fields: dict[str, Any] = {"body_temperature_c": vitals.body_temperature_c(moment)}
        if int(moment.local_hour * 60) % 60 < self.every / timedelta(minutes=1):
            fields["systolic_mmhg"], fields["diastolic_mmhg"] = vitals.blood_pressure_mmhg(moment)
        return fields

    def measures_anywhere(self, moment: Moment, place: tuple[float, float]) -> Mapping[str, Any]:
        """It does not know where it is."""
        del moment, place
        return {}
