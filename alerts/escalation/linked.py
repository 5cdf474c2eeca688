"""Incidents of one recipient share one ladder, led by the gravest (DESIGN.md section 2, rule 4).

Each keeps its own position and its one deadline. When a step is due while a graver incident of the same recipient is
open, that one leads: its ladder tells the people, this one's position goes on in silence. So nobody has to be handed a
ladder when the leader is taken, closed or lowered: the next step of the others is their own again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from alerts.escalation.reachable import Reachable, reaches_anybody
from alerts.incidents.incident import Incident
from alerts.kinds import IncidentKind
from alerts.numbers import bare_number
from alerts.severity import Severity

#: What somebody was told of this recipient longer ago is no reason any more not to tell them.
TOLD_LATELY = timedelta(minutes=5)
#: A leader whose next step is further away than this - the default ladder waits no longer -, and than the next one of
#: the incident it leads, leads no more.
LEADER_WAITS_MAX = timedelta(minutes=5)
#: A step is taken within a second of its time; one that is so late fails again and again, and its ladder leads nobody.
OVERDUE_MAX = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedIncident:
    """Another open incident of the same recipient, as it stands when a step is taken."""

    id: str
    kind: IncidentKind
    severity: Severity
    opened_at: datetime
    tells: tuple[str, ...]  #: Whom the steps of its policy tell.
    due_at: datetime | None = None  #: Of its next step. None: it cannot take one now, and so cannot lead.

    @classmethod
    def of(cls, incident: Incident) -> Self:
        """The part of an incident that the ladder of another one may look at.

        One that may be a test keeps its people waiting, and leads nobody: a fall beside it is real.
        """
        return cls(
            id=incident.id,
            kind=incident.kind,
            severity=incident.severity,
            opened_at=incident.opened_at,
            tells=tuple(dict.fromkeys(step.notify for step in incident.policy.steps)),
            due_at=incident.due_at if incident.test_pending_until is None else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A number that another incident of the recipient has told, and how grave that one was then.

    A text that was cancelled, or failed for good, has told nobody.
    """

    number: str
    severity: Severity
    at: datetime


def leader_of(
    incident: Incident,
    linked: Iterable[LinkedIncident],
    reachable: Reachable,
    now: datetime,
    given: timedelta,
) -> LinkedIncident | None:
    """The incident that leads this one's ladder: the gravest, of equals the oldest; None: it leads itself.

    Sharing a ladder leaves nobody in silence. `given` is the time before this one's own next step: whose next step is
    further away than that, and than `LEADER_WAITS_MAX`, does not lead; nor does one whose policy reaches no person.
    """
    own_place = _place(incident)
    earliest, latest = now - OVERDUE_MAX, now + max(given, LEADER_WAITS_MAX)
    ahead = [
        other
        for other in linked
        if _place(other) < own_place and _is_due(other, earliest, latest) and reaches_anybody(other.tells, reachable)
    ]
    return min(ahead, key=_place, default=None)


def told_lately(incident: Incident, told: Iterable[Told], now: datetime, within: timedelta) -> dict[str, datetime]:
    """Whom another incident, at least as grave, has told within the time this step gives; bare number to moment."""
    since = now - min(within, TOLD_LATELY)
    lately: dict[str, datetime] = {}
    for one in told:
        if one.at > since and one.severity.rank <= incident.severity.rank:
            number = bare_number(one.number)
            lately[number] = max(one.at, lately.get(number, one.at))
    return lately


def _is_due(other: LinkedIncident, earliest: datetime, latest: datetime) -> bool:
    return other.due_at is not None and earliest <= other.due_at <= latest


def _place(incident: Incident | LinkedIncident) -> tuple[int, datetime, str]:
    """Sorts the incidents of a recipient: who leads comes first. Two that opened in one transaction differ by id."""
    return (incident.severity.rank, incident.opened_at, incident.id)
