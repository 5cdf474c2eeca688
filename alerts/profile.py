"""What differs from person to person: every threshold and window of the rules, and the one list of their names.

`SETTINGS` is what may stand in a recipient's `monitoring` (DESIGN.md section 4): group, name, default, bounds. The API
builds its validation from the same list; `read_profile` turns what is stored into a `MonitoringProfile`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

#: A week is longer than any rule looks back.
WINDOW_S_MAX = 7 * 24 * 3600.0
#: A season: what lasts longer is no mode any more.
LONG_S_MIN, LONG_S_MAX = 1.0, 90 * 24 * 3600.0
#: A time of day, as a regular expression.
CLOCK_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"


class Unit(StrEnum):
    """How a setting is written."""

    SECONDS = "s"  #: A duration, 0 to a week.
    LONG_SECONDS = "long_s"  #: A duration, a second to 90 days.
    PERCENT = "pct"  #: 0 to 100.
    SHARE = "share"  #: 0 to 1.
    CLOCK_TIME = "clock_time"  #: "22:00", in the recipient's time zone.


#: Between what a number of each unit may lie; a time of day has its own form.
BOUNDS: Mapping[Unit, tuple[float, float]] = {
    Unit.SECONDS: (0.0, WINDOW_S_MAX),
    Unit.LONG_SECONDS: (LONG_S_MIN, LONG_S_MAX),
    Unit.PERCENT: (0.0, 100.0),
    Unit.SHARE: (0.0, 1.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringProfile:
    """A recipient's thresholds; the defaults are the hub's, each with its reason or source."""

    fall_confirm: timedelta = timedelta(seconds=60)  #: Stillness after a suspected fall: 30-90 s are in use.
    fall_activity_min: float = 0.3  #: Activity after a fall that shows somebody on their feet, not just struggling.
    inactivity_day_limit: timedelta = timedelta(hours=4)  #: "No movement for 4-5 h by day" (DOMAIN.md section 3).
    inactivity_night_limit: timedelta = timedelta(hours=10)  #: Longer than the night: sleeping still is no alarm.
    inactivity_night_from: time = time(22)
    inactivity_night_until: time = time(6)
    inactivity_activity_min: float = 0.05  #: Below this a sensor on a table would also be "active".
    bed_absence_limit: timedelta = timedelta(minutes=30)  #: Longer than a way to the toilet.
    bed_night_from: time = time(22)
    bed_night_until: time = time(6)
    equipment_offline_min: timedelta = timedelta(minutes=10)  #: Three missed intervals, but never sooner than this.
    equipment_blind_after: timedelta = timedelta(hours=6)  #: Longer than charging takes.
    equipment_battery_low_pct: float = 15.0
    equipment_battery_ok_pct: float = 20.0  #: Above the low mark, so that a battery on the edge does not chatter.
    no_sign_of_life: timedelta = timedelta(hours=12)  #: DOMAIN.md section 4: somebody living alone, any cause.
    mode_away_usual: timedelta = timedelta(days=3)  #: Our choice: a visit, with a day more.
    mode_hospital_usual: timedelta = timedelta(days=14)
    """Half as long again as a stay usually lasts: 8.8 days (hospitals; China's health statistics of 2023)."""
    mode_holiday_usual: timedelta = timedelta(days=14)  #: Our choice.
    mode_install_usual: timedelta = timedelta(hours=2)  #: Our choice: setting up takes minutes.
    late_after: timedelta = timedelta(minutes=30)  #: An SOS or fall older than this is marked late.
    chosen: frozenset[str] = field(default=frozenset(), compare=False)  #: Fields set for this person, not by default.


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One name in `monitoring`; `group` is "" at the top level, `field` the profile's."""

    group: str
    name: str
    field: str
    unit: Unit
    meaning: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        group="fall",
        name="confirm_s",
        field="fall_confirm",
        unit=Unit.SECONDS,
        meaning="Without recovery for so long, a suspected fall is an incident.",
    ),
    Setting(
        group="fall",
        name="activity_min",
        field="fall_activity_min",
        unit=Unit.SHARE,
        meaning="Activity after a suspected fall that shows recovery.",
    ),
    Setting(
        group="inactivity",
        name="day_limit_s",
        field="inactivity_day_limit",
        unit=Unit.SECONDS,
        meaning="No movement for so long by day, while the person can be seen.",
    ),
    Setting(
        group="inactivity",
        name="night_limit_s",
        field="inactivity_night_limit",
        unit=Unit.SECONDS,
        meaning="The same by night.",
    ),
    Setting(
        group="inactivity",
        name="night_from",
        field="inactivity_night_from",
        unit=Unit.CLOCK_TIME,
        meaning="When the night begins, local time.",
    ),
    Setting(
        group="inactivity",
        name="night_until",
        field="inactivity_night_until",
        unit=Unit.CLOCK_TIME,
        meaning="When the night ends, local time.",
    ),
    Setting(
        group="inactivity",
        name="activity_min",
        field="inactivity_activity_min",
        unit=Unit.SHARE,
        meaning="Activity that counts as movement.",
    ),
    Setting(
        group="bed",
        name="absence_limit_s",
        field="bed_absence_limit",
        unit=Unit.SECONDS,
        meaning="Out of bed for so long within the night.",
    ),
    Setting(
        group="bed",
        name="night_from",
        field="bed_night_from",
        unit=Unit.CLOCK_TIME,
        meaning="When the night in bed begins, local time.",
    ),
    Setting(
        group="bed",
        name="night_until",
        field="bed_night_until",
        unit=Unit.CLOCK_TIME,
        meaning="When the night in bed ends, local time.",
    ),
    Setting(
        group="equipment",
        name="offline_min_s",
        field="equipment_offline_min",
        unit=Unit.SECONDS,
        meaning="A device is offline after three missed intervals, but never sooner than this.",
    ),
    Setting(
        group="equipment",
        name="blind_after_s",
        field="equipment_blind_after",
        unit=Unit.SECONDS,
        meaning="No device has seen the person for so long.",
    ),
    Setting(
        group="equipment",
        name="battery_low_pct",
        field="equipment_battery_low_pct",
        unit=Unit.PERCENT,
        meaning="A battery below this is low.",
    ),
    Setting(
        group="equipment",
        name="battery_ok_pct",
        field="equipment_battery_ok_pct",
        unit=Unit.PERCENT,
        meaning="A low battery above this is well again.",
    ),
    Setting(
        group="mode",
        name="away_usual_s",
        field="mode_away_usual",
        unit=Unit.LONG_SECONDS,
        meaning="Away for longer than this: somebody is asked whether it is still so.",
    ),
    Setting(
        group="mode",
        name="hospital_usual_s",
        field="mode_hospital_usual",
        unit=Unit.LONG_SECONDS,
        meaning="The same in hospital.",
    ),
    Setting(
        group="mode",
        name="holiday_usual_s",
        field="mode_holiday_usual",
        unit=Unit.LONG_SECONDS,
        meaning="The same on holiday.",
    ),
    Setting(
        group="mode",
        name="install_usual_s",
        field="mode_install_usual",
        unit=Unit.LONG_SECONDS,
        meaning="The same while a device is set up.",
    ),
    Setting(
        group="",
        name="no_sign_of_life_s",
        field="no_sign_of_life",
        unit=Unit.SECONDS,
        meaning="Nothing seen of somebody living alone for so long: call, then visit.",
    ),
)

_DEFAULTS = MonitoringProfile()


def read_profile(monitoring: Mapping[str, object]) -> MonitoringProfile:
    """The profile that a recipient's `monitoring` makes of the defaults.

    What is absent, null, or not of its kind keeps the default: a mistyped threshold must not stop the watching.
    """
    chosen: dict[str, object] = {}
    for setting in SETTINGS:
        group = monitoring if not setting.group else monitoring.get(setting.group)
        value = group.get(setting.name) if isinstance(group, Mapping) else None
        parsed = parse_setting(setting.unit, value)
        if parsed is not None:
            chosen[setting.field] = parsed
    if not chosen:
        return _DEFAULTS
    return MonitoringProfile(**chosen, chosen=frozenset(chosen))  # type: ignore[arg-type]


def parse_setting(unit: Unit, value: object) -> timedelta | time | float | None:
    """The value as the core uses it; None where it is none of this unit."""
    if unit is Unit.CLOCK_TIME:
        return time.fromisoformat(value) if isinstance(value, str) and re.fullmatch(CLOCK_TIME, value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value)
    lowest, highest = BOUNDS[unit]
    if not lowest <= number <= highest:
        return None
    return timedelta(seconds=number) if unit in (Unit.SECONDS, Unit.LONG_SECONDS) else number
