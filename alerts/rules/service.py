"""The green key: somebody wants a service, and is in no danger."""

from alerts.decisions import Finding, RequestFollowUp
from alerts.explanation import Explanation
from alerts.kinds import FollowUpKind
from alerts.observations import DeviceEvent, EventKind
from alerts.profile import MonitoringProfile


def judge_service_request(event: DeviceEvent, _profile: MonitoringProfile) -> tuple[Finding, ...]:
    """A requested service is a follow-up: a call, then what the call finds."""
    if event.event is not EventKind.SERVICE_REQUESTED or event.test:
        return ()
    explanation = Explanation(code="service_requested", params={"device_id": event.device_id})
    return (RequestFollowUp(kind=FollowUpKind.SERVICE_REQUESTED, explanation=explanation),)
