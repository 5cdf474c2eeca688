"""Equipment: faults that devices report, and their restores. They never shout over people (promise 6)."""

from collections.abc import Mapping
from datetime import datetime

from alerts.circumstances import Circumstances
from alerts.decisions import ClearMaintenance, Finding, ReportMaintenance
from alerts.evidence import gather, seen_event
from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from alerts.observations import DeviceEvent, EventKind
from alerts.state import RecipientState

FAULTS: Mapping[EventKind, MaintenanceKind] = {
    EventKind.TAMPER: MaintenanceKind.TAMPER,
    EventKind.DEVICE_FAULT: MaintenanceKind.DEVICE_FAULT,
    EventKind.SELF_TEST_FAILED: MaintenanceKind.SELF_TEST_FAILED,
}
#: Every fault is paired with its restore (SCAIP, reference/telecare.md section 2).
RESTORES: Mapping[EventKind, MaintenanceKind] = {
    EventKind.TAMPER_RESTORED: MaintenanceKind.TAMPER,
    EventKind.FAULT_RESTORED: MaintenanceKind.DEVICE_FAULT,
    EventKind.SELF_TEST_PASSED: MaintenanceKind.SELF_TEST_FAILED,
}


def judge_event(
    _state: RecipientState, event: DeviceEvent, circumstances: Circumstances, _now: datetime
) -> tuple[Finding, ...]:
    """A live fault opens the device's item of its kind, its restore clears it; buffered ones are history."""
    if event.historical:
        return ()
    if event.event in FAULTS:
        explanation = Explanation(
            code=event.event.value,
            params=dict(event.evidence),
            evidence=gather("equipment", circumstances.profile, (), seen_event(event)),
        )
        return (ReportMaintenance(kind=FAULTS[event.event], explanation=explanation, device_id=event.device_id),)
    if event.event in RESTORES:
        return (ClearMaintenance(kind=RESTORES[event.event], device_id=event.device_id),)
    return ()
