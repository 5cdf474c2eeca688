"""The order of need: whom the desk looks at first while there are more incidents than hands.

Nobody has it before somebody has it; then the graver; then what is furthest past its clock; then the oldest. It is the
order of `GET incidents?order=need`, and this is the only place that knows it. Nothing falls out of an order: what comes
last is still there, and its own ladder runs whatever its place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.incidents import IncidentState
from alerts.severity import Severity

#: How long an incident may wait for somebody to take it. Alarm calls: 97.5 % within 60 s (TSA, DOMAIN.md section 3);
#: the others as `Severity` says; older than 24 h is stale (EEMUA 191).
TAKEN_WITHIN: Mapping[Severity, timedelta] = {
    Severity.CRITICAL: timedelta(seconds=60),
    Severity.HIGH: timedelta(minutes=15),
    Severity.MEDIUM: timedelta(hours=8),
    Severity.LOW: timedelta(hours=24),
}
#: Sorts as the order of need does, the most needed first; goes through JSON and back without loss.
NeedKey = tuple[bool, int, float, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What the order looks at. `due_at` is the incident's one deadline."""

    id: str
    state: IncidentState
    severity: Severity
    opened_at: datetime
    due_at: datetime | None


def overdue_s(need: Need, now: datetime) -> float:
    """Seconds past its clock, 0 while it has time: to be taken within its norm; once taken, its own deadline."""
    waits = need.state is IncidentState.OPEN
    limit = need.opened_at + TAKEN_WITHIN[need.severity] if waits else need.due_at or now
    return max(0.0, (now - limit).total_seconds())


def need_key(need: Need, now: datetime) -> NeedKey:
    """The place of one incident in the order, as of `now`; a closed one comes after all."""
    taken = need.state is not IncidentState.OPEN
    gone = len(Severity) if need.state is IncidentState.CLOSED else 0
    return (taken, gone + need.severity.rank, -overdue_s(need, now), need.opened_at.isoformat(), need.id)


def by_need(needs: Iterable[Need], now: datetime) -> list[Need]:
    """All of them, the most needed first."""
    return sorted(needs, key=lambda need: need_key(need, now))
