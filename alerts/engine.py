"""Judging: every rule is asked about an observation, and what they find is what the hub carries out."""

from alerts.decisions import Finding, RaiseAlert
from alerts.explanation import Explanation
from alerts.kinds import IncidentKind
from alerts.observations import DeviceEvent
from alerts.profile import MonitoringProfile
from alerts.rules import ALL
from alerts.severity import Severity

#: Named in every explanation's log line, so that a decision can be replayed by the rules that made it.
RULES_VERSION = 1


def judge(event: DeviceEvent, profile: MonitoringProfile) -> tuple[Finding, ...]:
    """All findings of all rules about one device event, in the rules' order."""
    return tuple(finding for rule in ALL for finding in rule(event, profile))


def judge_unreadable(reason: Explanation) -> RaiseAlert:
    """An event nobody can read is shown at the desk: it may be the cry (promise 9)."""
    return RaiseAlert(kind=IncidentKind.UNREADABLE_EVENT, severity=Severity.HIGH, explanation=reason)


def judge_phone_report(note: str) -> RaiseAlert:
    """A call to the hotline is an incident like any other; what was said is its explanation."""
    explanation = Explanation(code="phone_report", params={"note": note})
    return RaiseAlert(kind=IncidentKind.PHONE_REPORT, severity=Severity.HIGH, explanation=explanation)
