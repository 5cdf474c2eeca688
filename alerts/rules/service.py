"""The green key: somebody wants a service, and is in no danger."""

from datetime import datetime

from alerts.circumstances import Circumstances
from alerts.decisions import Finding, RequestFollowUp
from alerts.evidence import gather, seen_event
from alerts.explanation import Explanation
from alerts.kinds import FollowUpKind
from alerts.observations import DeviceEvent, EventKind
from alerts.state import RecipientState


def judge_request(
    _state: RecipientState, event: DeviceEvent, circumstances: Circumstances, _now: datetime
) -> tuple[Finding, ...]:
    """A requested service is a follow-up: a call, then what the call finds."""
    if event.event is not EventKind.SERVICE_REQUESTED or event.test:
        return ()
    explanation = Explanation(
        code="service_requested",
        params={"device_id": event.device_id},
        evidence=gather("service", circumstances.profile, (), seen_event(event)),
    )
    return (RequestFollowUp(kind=FollowUpKind.SERVICE_REQUESTED, explanation=explanation, device_id=event.device_id),)
