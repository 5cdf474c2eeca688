"""Flags that a device repeats in every snapshot ("sos": true), turned into events at their edges.

Every step a level can take is in `judge_level`. A flag alarms when it rises - from false, or from not known - and not
again while it stays up. If it is still up after the incident it raised was closed it alarms once more; if it is still
up after that one was closed too, it is stuck, and that is a fault for maintenance.

The hub remembers one `LevelState` per device and level, and which device event its last edge became. It reads both
under a row lock and saves them in the transaction that stores the event: a redelivered snapshot finds its own edge
already taken.
"""

from dataclasses import dataclass
from enum import StrEnum

from device_adapters.device_events import DeviceEvent, EventName

#: Levels that cry for help; only these alarm again after closing.
ALARMS: frozenset[EventName] = frozenset({"sos_pressed", "fall_suspected", "fall_confirmed"})
#: What a falling flag reports. That an alarm flag went down says nothing: the wearer has not been heard.
FALLING: dict[EventName, EventName] = {
    "low_battery": "battery_ok",
    "tamper": "tamper_restored",
    "device_fault": "fault_restored",
    "vital_out_of_range": "vital_restored",
    "removed": "worn",
    "charging_started": "charging_ended",
}


class LevelState(StrEnum):
    """Where a level stands, as it is saved."""

    DOWN = "down"  #: The flag is false.
    UP = "up"  #: It rose, and that was reported.
    UP_AGAIN = "up_again"  #: Still up after the incident was closed; reported once more.
    STUCK = "stuck"  #: Still up after that one was closed too; reported as a fault.


@dataclass(frozen=True, slots=True)
class LevelStep:
    """What one snapshot changes: what to remember now, and the event to take in, if any."""

    state: LevelState
    event: DeviceEvent | None = None


def judge_level(level: EventName, *, up: bool, remembered: LevelState | None, closed: bool) -> LevelStep:
    """Take one step.

    `remembered` is None when the level was never heard of; `closed` says whether the incident that the last reported
    edge belongs to has been closed since (False where it raised none).
    """
    if not up:
        return _fall(level, remembered)
    match remembered:
        case None | LevelState.DOWN:
            return LevelStep(LevelState.UP, _event(level, level, "rose"))
        case LevelState.UP if closed and level in ALARMS:
            return LevelStep(LevelState.UP_AGAIN, _event(level, level, "still_up_after_closing"))
        case LevelState.UP_AGAIN if closed:
            return LevelStep(LevelState.STUCK, _event("device_fault", level, "stuck"))
        case _:
            return LevelStep(remembered)


def _fall(level: EventName, remembered: LevelState | None) -> LevelStep:
    if remembered is LevelState.STUCK:
        return LevelStep(LevelState.DOWN, _event("fault_restored", level, "fell"))
    if remembered is LevelState.UP and level in FALLING:
        return LevelStep(LevelState.DOWN, _event(FALLING[level], level, "fell"))
    return LevelStep(LevelState.DOWN)


def _event(name: EventName, level: EventName, edge: str) -> DeviceEvent:
    """An event without id and time: a snapshot tells neither when the flag rose nor which press it was.

    `component` names flag and edge, so that what one payload - or two equal ones - says twice has two identities.
    """
    return DeviceEvent(event=name, component=f"flag:{level}/{edge}", evidence={"flag": level, "edge": edge})
