"""Offline: a device is silent for longer than its own rhythm allows. An item for maintenance, never an incident.

A device behind a gateway is heard only while its gateway is: while that is silent nothing is said of its devices, and
after its return they get their time again. So a gateway's death is one item. A device that has never been heard is the
registry's business, not a failure.
"""

from datetime import datetime, timedelta

from alerts.circumstances import Circumstances, GatewayLink
from alerts.decisions import ClearMaintenance, Finding, ReportMaintenance
from alerts.evidence import gather
from alerts.explanation import Explanation, Param, Seen
from alerts.kinds import MaintenanceKind
from alerts.noting import Change
from alerts.rhythm import MISSED_INTERVALS, longest_silence
from alerts.state import DeviceState, RecipientState

RULE = "offline"
_LOOK_AGAIN_MIN = timedelta(seconds=1)


def judge_heard(
    state: RecipientState, device_id: str, change: Change, _circumstances: Circumstances, _now: datetime
) -> tuple[Finding, ...]:
    """It speaks again."""
    if state.devices[device_id].offline_since is None:
        return ()
    state.change_device(device_id).offline_since = None
    change.sooner = True
    return (ClearMaintenance(kind=MaintenanceKind.DEVICE_OFFLINE, device_id=device_id),)


def judge_time(state: RecipientState, circumstances: Circumstances, now: datetime) -> tuple[Finding, ...]:
    """Every device whose time is over; one that is no longer the subject's is let go."""
    findings: list[Finding] = list(_let_go(state, circumstances))
    for device_id, device in list(state.devices.items()):
        began = _silence_began(device, circumstances)
        if began is None or now < began + longest_silence(device, circumstances.profile):
            continue
        if _waits_for_gateway(device, circumstances, now):
            continue
        state.change_device(device_id).offline_since = now
        params: dict[str, Param] = {
            "silent_s": round((now - began).total_seconds()),
            "limit_s": longest_silence(device, circumstances.profile).total_seconds(),
            "device_id": device_id,
            "device_kind": device.kind,
        }
        evidence = gather(
            RULE, circumstances.profile, ("equipment_offline_min",), _last_message(device_id, device, circumstances)
        )
        explanation = Explanation(code="device_offline", params=params, evidence=evidence)
        findings.append(
            ReportMaintenance(kind=MaintenanceKind.DEVICE_OFFLINE, explanation=explanation, device_id=device_id)
        )
    return tuple(findings)


def next_due(state: RecipientState, circumstances: Circumstances, now: datetime) -> datetime | None:
    """When the first of its devices will have been silent for too long."""
    moments: list[datetime] = []
    for device in state.devices.values():
        began = _silence_began(device, circumstances)
        if began is not None:
            limit = longest_silence(device, circumstances.profile)
            due = began + limit
            if due <= now and _waits_for_gateway(device, circumstances, now):
                due = now + max(limit, _LOOK_AGAIN_MIN)  # the gateway's return changes nothing in this state
            moments.append(due)
    return min(moments, default=None)


def link_to(device: DeviceState, circumstances: Circumstances) -> GatewayLink | None:
    """The gateway between this device and the hub, if there is one and it has been heard."""
    return circumstances.gateways.get(device.gateway_id) if device.gateway_id is not None else None


def _silence_began(device: DeviceState, circumstances: Circumstances) -> datetime | None:
    """The last time it was heard, or could have been: not before the hub listened, nor before its gateway did."""
    if device.heard_at is None or device.offline_since is not None:
        return None
    if not circumstances.is_person and device.kind != "gateway":
        return None  # in a drawer
    began = max(device.heard_at, circumstances.watching_since)
    link = link_to(device, circumstances)
    return began if link is None else max(began, link.up_since)


def _last_message(device_id: str, device: DeviceState, circumstances: Circumstances) -> Seen | None:
    """When it was last heard, and what its own rhythm made of the limit."""
    if device.heard_at is None:
        return None
    rhythm: dict[str, Param] = {
        "usual_silence_s": None if device.interval_s is None else round(device.interval_s, 1),
        "learned_from": device.intervals,
        "limit_s": longest_silence(device, circumstances.profile).total_seconds(),
    }
    return Seen(what="last_message", at=device.heard_at, device_id=device_id, values=rhythm)


def _waits_for_gateway(device: DeviceState, circumstances: Circumstances, now: datetime) -> bool:
    """Whether the gateway has itself been silent since about when this device was last heard."""
    link = link_to(device, circumstances)
    if link is None:
        return False
    return now - link.heard_at >= longest_silence(device, circumstances.profile) / MISSED_INTERVALS


def _let_go(state: RecipientState, circumstances: Circumstances) -> list[Finding]:
    theirs = {device.id for device in circumstances.devices}
    findings: list[Finding] = []
    for device_id in [device_id for device_id in state.devices if device_id not in theirs]:
        gone = state.devices.pop(device_id)
        if gone.offline_since is not None:
            findings.append(ClearMaintenance(kind=MaintenanceKind.DEVICE_OFFLINE, device_id=device_id))
    return findings
