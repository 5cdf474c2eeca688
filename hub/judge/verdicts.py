"""The desk of a replay: what would be open there, and every change of it as a verdict. Nobody answers it.

Incidents open and join by the core's own functions; one closes `close_after` its last alert, as if somebody had, and a
follow-up so long after its last request.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import assert_never

from alerts.decisions import (
    ClearAlerts,
    ClearMaintenance,
    EndMode,
    Finding,
    HoldAlert,
    RaiseAlert,
    ReportMaintenance,
    RequestFollowUp,
)
from alerts.engine import judge_expired
from alerts.escalation.policy import DEFAULT_POLICY
from alerts.explanation import Explanation, Param
from alerts.incidents import Incident, join, open_incident
from alerts.kinds import FollowUpKind, IncidentKind, MaintenanceKind, SubjectType
from alerts.observations import Subject

Verdict = dict[str, str | dict[str, str | dict[str, Param]] | None]
Report = Callable[[Verdict], None]

_IncidentKey = tuple[Subject, IncidentKind]


@dataclass(slots=True)
class _Standing:
    """An incident that is not closed."""

    incident: Incident
    active: bool = True  #: It has an alert that was not cleared.


@dataclass(slots=True)
class Findings:
    """What was found at one moment, and about whom."""

    subject: Subject
    findings: tuple[Finding, ...]


class Desk:
    """Incidents, follow-ups, maintenance and held alerts of a replay."""

    def __init__(self, report: Report, close_after: timedelta) -> None:
        self._report = report
        self._close_after = close_after
        self._incidents: dict[_IncidentKey, _Standing] = {}
        self._alerted: dict[_IncidentKey, datetime] = {}
        self._follow_ups: dict[tuple[Subject, FollowUpKind], datetime] = {}
        self._items: set[tuple[MaintenanceKind, str]] = set()
        self._held: dict[_IncidentKey, list[tuple[datetime, Explanation]]] = {}
        self._expiring: list[tuple[datetime, int, _IncidentKey]] = []
        self._numbers = count(1)

    @property
    def next_expiry(self) -> datetime | None:
        """When the next held alert's window ends."""
        while self._expiring:
            due_at, _, key = self._expiring[0]
            if any(held_due == due_at for held_due, _ in self._held.get(key, ())):
                return due_at
            heapq.heappop(self._expiring)
        return None

    def expire(self, now: datetime) -> None:
        """The window of the next held alert has passed."""
        _, _, key = heapq.heappop(self._expiring)
        held = self._held.pop(key, None)
        if held:
            self._raise(key[0], judge_expired(held[0][1]), now)

    def take(self, found: Findings, now: datetime) -> None:
        """What was found, in its order."""
        for finding in found.findings:
            self._take(found.subject, finding, now)

    def has_alert_since(self, subject: Subject, kind: IncidentKind, since: datetime) -> bool:
        """Whether an incident that is not closed was alerted after that moment."""
        standing = self._standing((subject, kind), since)
        return standing is not None and standing.incident.last_alert_at > since

    def has_closed_since(self, subject: Subject, kind: IncidentKind, since: datetime, now: datetime) -> bool:
        """Whether an incident of this kind was alerted at that moment or later, and is closed."""
        alerted_at = self._alerted.get((subject, kind))
        return alerted_at is not None and alerted_at >= since and self._standing((subject, kind), now) is None

    def _take(self, subject: Subject, finding: Finding, now: datetime) -> None:
        match finding:
            case RaiseAlert():
                self._raise(subject, finding, now)
            case HoldAlert():
                key = (subject, finding.kind)
                self._held.setdefault(key, []).append((finding.due_at, finding.explanation))
                heapq.heappush(self._expiring, (finding.due_at, next(self._numbers), key))
            case ClearAlerts():
                self._clear(subject, finding, now)
            case ReportMaintenance():
                self._report_item(subject, finding, now)
            case ClearMaintenance():
                owner = finding.device_id or subject.id
                if (finding.kind, owner) in self._items:
                    self._items.discard((finding.kind, owner))
                    why = Explanation(code=f"{finding.kind}_over")
                    self._say(now, subject, "maintenance", finding.kind, None, "cleared", finding.device_id, why)
            case RequestFollowUp():
                self._request(subject, finding, now)
            case EndMode():
                pass  # the replay ends it; no queue shows it
            case _:
                assert_never(finding)

    def _standing(self, key: _IncidentKey, now: datetime) -> _Standing | None:
        standing = self._incidents.get(key)
        if standing is not None and standing.incident.last_alert_at + self._close_after <= now:
            del self._incidents[key]
            return None
        return standing

    def _raise(self, subject: Subject, alert: RaiseAlert, now: datetime) -> None:
        key = (subject, alert.kind)
        self._held.pop(key, None)
        self._alerted[key] = now
        standing = self._standing(key, now)
        if standing is None:
            opened = open_incident(str(next(self._numbers)), subject, alert, DEFAULT_POLICY, now).incident
            self._incidents[key] = _Standing(opened)
            change, severity = "opened", opened.severity
        else:
            joined = join(standing.incident, alert, now).incident
            change = "joined" if joined.severity is standing.incident.severity else "raised"
            standing.incident, standing.active, severity = joined, True, joined.severity
        self._say(now, subject, "desk", alert.kind, severity, change, alert.device_id, alert.explanation)

    def _clear(self, subject: Subject, finding: ClearAlerts, now: datetime) -> None:
        key = (subject, finding.kind)
        self._held.pop(key, None)
        standing = self._standing(key, now)
        if standing is None or not standing.active:
            return
        standing.active = False
        severity = standing.incident.severity
        self._say(now, subject, "desk", finding.kind, severity, "cleared", finding.device_id, finding.explanation)

    def _report_item(self, subject: Subject, finding: ReportMaintenance, now: datetime) -> None:
        owner = finding.device_id or subject.id
        if (finding.kind, owner) in self._items:
            return  # counted on the open item
        if not finding.momentary:
            self._items.add((finding.kind, owner))
        self._say(now, subject, "maintenance", finding.kind, None, "opened", finding.device_id, finding.explanation)

    def _request(self, subject: Subject, finding: RequestFollowUp, now: datetime) -> None:
        key = (subject, finding.kind)
        last = self._follow_ups.get(key)
        change = "joined" if last is not None and now < last + self._close_after else "opened"
        self._follow_ups[key] = now
        self._say(now, subject, "follow-up", finding.kind, None, change, finding.device_id, finding.explanation)

    def _say(
        self,
        now: datetime,
        subject: Subject,
        queue: str,
        kind: str,
        severity: str | None,
        change: str,
        device_id: str | None,
        why: Explanation,
    ) -> None:
        is_person = subject.type is SubjectType.RECIPIENT
        self._report(
            {
                "at": now.isoformat().replace("+00:00", "Z"),
                "recipient_id": subject.id if is_person else None,
                "queue": queue,
                "kind": str(kind),
                "severity": None if severity is None else str(severity),
                "change": change,
                "device_id": device_id if is_person or device_id is not None else subject.id,
                "why": {"code": why.code, "params": dict(why.params)},
            }
        )
