"""Readings of a life: what watches, wristbands and mattresses measure of somebody, about 400 times a day.

A day has a night in bed, mornings and afternoons with movement and rests, a watch that is charged, left off, out of
coverage for hours and then sends what it kept; now and then somebody really does not move, or does not come back to
bed. Everything is drawn by chance, cheaply: a year of one desk is three million of these.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from alerts.observations import Observation
from hub.simulation.chance import Chance
from hub.simulation.world import Recipient

#: 400 messages a person-day (DESIGN.md section 7) by one device or several.
MESSAGES_A_DAY = 400.0
_DAY_S = 86_400.0
#: So many readings of an outage are kept by the device and sent afterwards.
_KEPT_MAX = 40
_READS = frozenset({"smartwatch", "wristband", "mattress"})


def can_read(recipient: Recipient) -> bool:
    """Whether any of their devices measures anything."""
    return any(device.kind in _READS for device in recipient.devices)


def readings_of(
    recipient: Recipient, zone: ZoneInfo, begins_at: datetime, chance: Chance, a_day: float = MESSAGES_A_DAY
) -> Iterator[Observation]:
    """For ever, in the order in which they are received. Of half of the people four come at a time."""
    measured = _measured(recipient, zone, begins_at, chance, a_day)
    if chance.happens(0.5):
        return measured
    return _four_at_a_time(measured)


def _four_at_a_time(measured: Iterator[Observation]) -> Iterator[Observation]:
    while True:
        together = list(islice(measured, 4))
        received_at = together[-1].received_at
        for reading in together:
            reading.received_at = received_at
        yield from together


def _measured(
    recipient: Recipient, zone: ZoneInfo, begins_at: datetime, chance: Chance, a_day: float
) -> Iterator[Observation]:
    devices = [device for device in recipient.devices if device.kind in _READS]
    worn = next((device for device in devices if device.kind != "mattress"), None)
    bed = next((device for device in devices if device.kind == "mattress"), None)
    worn_id, bed_id = str(worn and worn.id), str(bed and bed.id)
    apart = timedelta(seconds=_DAY_S / a_day)
    at = begins_at + chance.random() * apart
    day = _Day(chance)
    local_day = None
    while True:
        if at.minute < 4:  # the hour and the day are looked at once an hour, a little unevenly
            local = at.astimezone(zone)
            if local.date() != local_day and local.hour >= 5:
                local_day = local.date()
                day = _Day(chance)
            day.turn(local.hour)
        if bed is not None and (worn is None or day.asleep):
            yield _of_bed(bed_id, at, day, chance)
        elif worn is not None and not day.away:
            if day.kept:
                yield from _kept(worn_id, worn.kind, at, day)
            yield _of_watch(worn_id, worn.kind, at, day, chance)
        elif worn is not None:
            day.keep(at)
        at += apart


class _Day:
    """What today is like."""

    __slots__ = (
        "_chance",
        "_hunger",
        "_lies_still",
        "asleep",
        "away",
        "battery_pct",
        "charging",
        "kept",
        "movement",
        "steps",
        "unworn",
    )

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._lies_still = chance.happens(0.004)
        self._hunger = 1.3 if chance.happens(0.05) else 0.7  #: An old battery is low before it is charged.
        self.battery_pct = 95.0
        self.asleep = True
        self.away = False
        self.charging = False
        self.unworn = False
        self.movement = 0.02
        self.steps = 0
        self.kept: list[datetime] = []

    def turn(self, hour: int) -> None:
        """The next hour."""
        drawn = self._chance.random()
        self.asleep = hour >= 22 or hour < 6
        self.battery_pct = 95.0 - 3.0 * ((hour - 21) % 24) * self._hunger
        self.away = 0.990 < drawn < 0.994 or (self.away and drawn < 0.6)
        self.charging = hour == 20 and not self._lies_still
        self.unworn = drawn > 0.994 or (self.unworn and drawn < 0.7)
        if self.asleep:
            self.movement = 0.08
        else:
            self.movement = 0.0 if self._lies_still else 0.2 + 0.5 * drawn

    def keep(self, at: datetime) -> None:
        """Out of coverage: the device keeps it."""
        if len(self.kept) < _KEPT_MAX:
            self.kept.append(at)


def _of_watch(device_id: str, kind: str, at: datetime, day: _Day, chance: Chance) -> Observation:
    drawn = chance.random()
    moving = drawn < day.movement
    if moving:
        day.steps += int(200 * drawn) + 5
    unworn = day.unworn
    return Observation(
        device_id=device_id,
        device_kind=kind,
        gateway_id=None,
        at=at,
        received_at=at,
        historical=False,
        heart_rate_bpm=None if unworn else 62.0 + 30.0 * drawn,
        steps=day.steps,
        activity=0.3 if moving and not unworn else 0.0,
        worn=not unworn,
        charging=day.charging,
        battery_pct=day.battery_pct,
    )


def _of_bed(device_id: str, at: datetime, day: _Day, chance: Chance) -> Observation:
    drawn = chance.random()
    in_bed = day.asleep and drawn > 0.03
    return Observation(
        device_id=device_id,
        device_kind="mattress",
        gateway_id=None,
        at=at,
        received_at=at,
        historical=False,
        heart_rate_bpm=58.0 + 10.0 * drawn if in_bed else None,
        respiration_rate_bpm=14.0 if in_bed else None,
        in_bed=in_bed,
        body_movement=2.0 if in_bed and drawn < 0.15 else 0.0,
    )


def _kept(device_id: str, kind: str, at: datetime, day: _Day) -> Iterator[Observation]:
    kept, day.kept = day.kept, []
    for measured_at in kept:
        yield Observation(
            device_id=device_id,
            device_kind=kind,
            gateway_id=None,
            at=measured_at,
            received_at=at,
            historical=True,
            heart_rate_bpm=70.0,
            worn=True,
        )
