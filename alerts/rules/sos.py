"""SOS: somebody pressed. Whatever the mode, the age of the message or the state of the device, it is an incident."""

from datetime import datetime

from alerts.circumstances import Circumstances
from alerts.decisions import ClearAlerts, Finding, RaiseAlert, ReportMaintenance
from alerts.evidence import gather, seen_event
from alerts.explanation import Explanation, Param
from alerts.kinds import IncidentKind, MaintenanceKind, SubjectType
from alerts.observations import DeviceEvent, EventKind
from alerts.severity import Severity
from alerts.state import RecipientState

RULE = "sos"


def judge_press(
    _state: RecipientState, event: DeviceEvent, circumstances: Circumstances, _now: datetime
) -> tuple[Finding, ...]:
    """A press raises a critical alert; a cancellation clears it and leaves the incident to people.

    A press that says it is a test (an explicit test code of the device, DOMAIN.md section 4) is noted for the
    installer and troubles nobody.
    """
    if event.event is EventKind.SOS_CANCELLED:
        evidence = gather(RULE, circumstances.profile, (), seen_event(event))
        explanation = Explanation(code="sos_cancelled", evidence=evidence)
        return (ClearAlerts(kind=IncidentKind.SOS, explanation=explanation, device_id=event.device_id),)
    if event.event is not EventKind.SOS_PRESSED:
        return ()
    if event.test:
        return (
            ReportMaintenance(
                kind=MaintenanceKind.TEST_PRESS,
                explanation=Explanation(
                    code="test_press",
                    params={"component": event.component},
                    evidence=gather(RULE, circumstances.profile, (), seen_event(event)),
                ),
                device_id=event.device_id,
                momentary=True,
            ),
        )
    return (
        RaiseAlert(
            kind=IncidentKind.SOS,
            severity=Severity.CRITICAL,
            explanation=_explain(event, circumstances),
            late=event.received_at - event.occurred_at > circumstances.profile.late_after,
            device_id=event.device_id,
            in_test_window=event.in_test_window and not event.historical,
        ),
    )


def _explain(event: DeviceEvent, circumstances: Circumstances) -> Explanation:
    evidence = gather(RULE, circumstances.profile, ("late_after",), seen_event(event))
    params: dict[str, Param] = {"device_id": event.device_id, "component": event.component, **event.evidence}
    delay_s = (event.received_at - event.occurred_at).total_seconds()
    if delay_s >= 1:
        params["delay_s"] = round(delay_s)
    if event.subject.type is SubjectType.RECIPIENT:
        return Explanation(code="sos_pressed", params=params, evidence=evidence)
    if event.last_wearer_id is not None:
        params["last_wearer_id"] = event.last_wearer_id
    return Explanation(code="sos_unassigned_device", params=params, evidence=evidence)
