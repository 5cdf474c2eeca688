"""Falls. A suspicion is treated like a fall until the window of recovery is judged: the safe side of not knowing."""

from alerts.decisions import ClearAlerts, Finding, RaiseAlert, ReportMaintenance
from alerts.explanation import Explanation, Param
from alerts.kinds import IncidentKind, MaintenanceKind
from alerts.observations import DeviceEvent, EventKind
from alerts.profile import MonitoringProfile
from alerts.severity import Severity

_SEVERITY = {EventKind.FALL_CONFIRMED: Severity.CRITICAL, EventKind.FALL_SUSPECTED: Severity.HIGH}


def judge_fall(event: DeviceEvent, profile: MonitoringProfile) -> tuple[Finding, ...]:
    """A confirmed fall is critical, a suspected one high; the wearer's cancellation clears the alert."""
    if event.event is EventKind.FALL_CANCELLED:
        return (ClearAlerts(kind=IncidentKind.FALL, explanation=Explanation(code="fall_cancelled")),)
    severity = _SEVERITY.get(event.event)
    if severity is None:
        return ()
    if event.test:
        explanation = Explanation(code="test_fall", params={"component": event.component})
        return (ReportMaintenance(kind=MaintenanceKind.TEST_PRESS, explanation=explanation, momentary=True),)
    params: dict[str, Param] = {"device_id": event.device_id, **event.evidence}
    return (
        RaiseAlert(
            kind=IncidentKind.FALL,
            severity=severity,
            explanation=Explanation(code=event.event.value, params=params),
            late=event.received_at - event.occurred_at > profile.late_after,
        ),
    )
