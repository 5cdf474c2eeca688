"""Batteries: low by the device's own word or by its readings, well again above a higher mark, so that none chatters."""

from datetime import datetime

from alerts.circumstances import Circumstances
from alerts.decisions import ClearMaintenance, Finding, ReportMaintenance
from alerts.evidence import gather, seen_event
from alerts.explanation import Evidence, Explanation, Param, Seen
from alerts.kinds import MaintenanceKind
from alerts.noting import Change
from alerts.observations import DeviceEvent, EventKind, Observation
from alerts.state import RecipientState

RULE = "battery"


def judge_event(
    state: RecipientState, event: DeviceEvent, circumstances: Circumstances, _now: datetime
) -> tuple[Finding, ...]:
    """The device says so itself; a repeated word counts on the item. Buffered ones are history."""
    if event.historical or event.event not in (EventKind.LOW_BATTERY, EventKind.BATTERY_OK):
        return ()
    device = state.change_device(event.device_id)
    device.battery_low = event.event is EventKind.LOW_BATTERY
    if device.battery_low:
        evidence = gather(RULE, circumstances.profile, (), seen_event(event))
        return (_report(event.device_id, dict(event.evidence), evidence),)
    return (ClearMaintenance(kind=MaintenanceKind.LOW_BATTERY, device_id=event.device_id),)


def judge_reading(
    state: RecipientState, reading: Observation, _change: Change, circumstances: Circumstances, _now: datetime
) -> tuple[Finding, ...]:
    """Below the low mark once, above the high mark again."""
    battery_pct = reading.battery_pct
    if battery_pct is None:
        return ()
    profile, was_low = circumstances.profile, state.devices[reading.device_id].battery_low
    if not was_low and battery_pct < profile.equipment_battery_low_pct:
        state.change_device(reading.device_id).battery_low = True
        params: dict[str, Param] = {"battery_pct": battery_pct, "below_pct": profile.equipment_battery_low_pct}
        seen = Seen(what="reading", at=reading.at, device_id=reading.device_id, values={"battery_pct": battery_pct})
        return (_report(reading.device_id, params, gather(RULE, profile, ("equipment_battery_low_pct",), seen)),)
    if was_low and battery_pct > profile.equipment_battery_ok_pct:
        state.change_device(reading.device_id).battery_low = False
        return (ClearMaintenance(kind=MaintenanceKind.LOW_BATTERY, device_id=reading.device_id),)
    return ()


def _report(device_id: str, params: dict[str, Param], evidence: Evidence) -> ReportMaintenance:
    explanation = Explanation(code="low_battery", params=params, evidence=evidence)
    return ReportMaintenance(kind=MaintenanceKind.LOW_BATTERY, explanation=explanation, device_id=device_id)
