"""Custody: every alert is in its incident, every incident that is not closed has its one deadline, and none is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.verify.differences import EXAMPLES_MAX, Difference, Look, differ

#: Where an alert may have gone, by the code that says so; in its incident is where it belongs.
_ENDS = {
    "cleared_before": "held_and_cleared",
    "waiting": "suspicion_waits",
    "shelved": "alert_shelved",
    "nowhere": "alert_nowhere",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """Ids of incidents that are not as they should be, and how many are not closed."""

    not_closed: int
    unowned: Sequence[str]
    without_alert: Sequence[str]
    doubled: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Ids of what has a deadline that is not as it should be, and how many deadlines there are."""

    total: int
    lost_suspicions: Sequence[str]
    stray: Sequence[str]
    overdue: Sequence[str]
    failing: Sequence[str]


def check_incidents(incidents: Incidents) -> Look:
    """Somebody always owns it (promise 3)."""
    return Look(
        check="incidents",
        counted=incidents.not_closed,
        differences=(
            *differ("nobody_owns", incidents.unowned),
            *differ("incident_without_alert", incidents.without_alert),
            *differ("incident_doubled", incidents.doubled),
        ),
    )


def check_deadlines(deadlines: Deadlines, *, duty_works: bool) -> Look:
    """Each deadline is of something, and passed in time while anybody is there to pass it."""
    return Look(
        check="deadlines",
        counted=deadlines.total,
        differences=(
            *differ("suspicion_without_deadline", deadlines.lost_suspicions),
            *differ("deadline_of_nothing", deadlines.stray),
            *differ("deadline_overdue" if duty_works else "duty_stands_still", deadlines.overdue),
            *differ("deadline_fails", deadlines.failing),
        ),
    )


def check_alert_ends(ends: Mapping[str, tuple[int, tuple[str, ...]]]) -> Look:
    """Each alert is in one incident, or was taken back while it waited."""
    differences = [
        Difference(code=_ENDS[end], count=count, examples=examples[:EXAMPLES_MAX])
        for end, (count, examples) in sorted(ends.items())
        if end in _ENDS
    ]
    total = sum(count for count, _ in ends.values())
    return Look(check="alerts", counted=total, differences=tuple(differences))
