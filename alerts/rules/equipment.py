"""Equipment: faults and their restores. They go to the maintenance queue and never shout over people (promise 6)."""

from collections.abc import Mapping

from alerts.decisions import ClearMaintenance, Finding, ReportMaintenance
from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from alerts.observations import DeviceEvent, EventKind
from alerts.profile import MonitoringProfile

FAULTS: Mapping[EventKind, MaintenanceKind] = {
    EventKind.LOW_BATTERY: MaintenanceKind.LOW_BATTERY,
    EventKind.TAMPER: MaintenanceKind.TAMPER,
    EventKind.DEVICE_FAULT: MaintenanceKind.DEVICE_FAULT,
    EventKind.SELF_TEST_FAILED: MaintenanceKind.SELF_TEST_FAILED,
}
#: Every fault is paired with its restore (SCAIP, reference/telecare.md section 2).
RESTORES: Mapping[EventKind, MaintenanceKind] = {
    EventKind.BATTERY_OK: MaintenanceKind.LOW_BATTERY,
    EventKind.TAMPER_RESTORED: MaintenanceKind.TAMPER,
    EventKind.FAULT_RESTORED: MaintenanceKind.DEVICE_FAULT,
    EventKind.SELF_TEST_PASSED: MaintenanceKind.SELF_TEST_FAILED,
}


def judge_equipment(event: DeviceEvent, _profile: MonitoringProfile) -> tuple[Finding, ...]:
    """A live fault opens the device's item of its kind, its restore clears it; buffered ones are history."""
    if event.historical:
        return ()
    if event.event in FAULTS:
        explanation = Explanation(code=event.event.value, params=dict(event.evidence))
        return (ReportMaintenance(kind=FAULTS[event.event], explanation=explanation),)
    if event.event in RESTORES:
        return (ClearMaintenance(kind=RESTORES[event.event]),)
    return ()
