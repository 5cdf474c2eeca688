"""The rules, one file each: what an event, a reading or the passing of time means.

`EVENT_RULES` are asked about every device event, `READING_RULES` about every live reading, `HEARD_RULES` whenever a
device is heard at all, `TIME_RULES` when a state's `due_at` has come. All are asked in the order of these lists, which
are whole. A rule may change the state it is given - the engine's own copy - where it remembers what it has raised.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts.circumstances import Circumstances
from alerts.decisions import Finding
from alerts.noting import Change
from alerts.observations import DeviceEvent, Observation
from alerts.rules import (
    battery,
    bed,
    blindness,
    chatter,
    equipment,
    fall,
    inactivity,
    offline,
    service,
    sign_of_life,
    sos,
    whereabouts,
)
from alerts.state import RecipientState

Findings = tuple[Finding, ...]
EventRule = Callable[[RecipientState, DeviceEvent, Circumstances, datetime], Findings]
ReadingRule = Callable[[RecipientState, Observation, Change, Circumstances, datetime], Findings]
#: The state, the device that was heard, and what that meant.
HeardRule = Callable[[RecipientState, str, Change, Circumstances, datetime], Findings]


@dataclass(frozen=True, slots=True)
class TimeRule:
    """A rule about what does not happen."""

    judge: Callable[[RecipientState, Circumstances, datetime], Findings]
    next_due: Callable[[RecipientState, Circumstances, datetime], datetime | None]
    """The moment at which it may find something, as things stand - past, where that was not judged; None: never."""


EVENT_RULES: tuple[EventRule, ...] = (
    sos.judge_press,
    fall.judge_event,
    bed.judge_event,
    service.judge_request,
    equipment.judge_event,
    inactivity.judge_event,
    battery.judge_event,
    whereabouts.judge_event,
)
READING_RULES: tuple[ReadingRule, ...] = (
    fall.judge_reading,
    inactivity.judge_reading,
    bed.judge_reading,
    battery.judge_reading,
    whereabouts.judge_reading,
)
HEARD_RULES: tuple[HeardRule, ...] = (
    offline.judge_heard,
    inactivity.judge_movement,
    inactivity.judge_stillness,
    blindness.judge_seen,
    sign_of_life.judge_alive,
)
TIME_RULES: tuple[TimeRule, ...] = (
    TimeRule(inactivity.judge_time, inactivity.next_due),
    TimeRule(bed.judge_time, bed.next_due),
    TimeRule(offline.judge_time, offline.next_due),
    TimeRule(blindness.judge_time, blindness.next_due),
    TimeRule(sign_of_life.judge_time, sign_of_life.next_due),
    TimeRule(whereabouts.judge_time, whereabouts.next_due),
    TimeRule(chatter.judge_time, chatter.next_due),
)
