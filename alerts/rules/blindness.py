"""Data-blind (监测中断): no device of the person sees them - off the body, charging, flat, offline, whatever the cause.

Inactivity cannot be judged then, and somebody should know (DOMAIN.md section 4). It is about the person, in the
maintenance queue; people who are elsewhere, and people whose gateway is down, are no news.
"""

from datetime import datetime, timedelta

from alerts.circumstances import Circumstances
from alerts.decisions import ClearMaintenance, Finding, ReportMaintenance
from alerts.evidence import gather
from alerts.explanation import Explanation, Param, Seen
from alerts.kinds import MaintenanceKind
from alerts.modes import Watch
from alerts.noting import SEEING_KINDS, Change
from alerts.rhythm import longest_silence
from alerts.rules.offline import link_to
from alerts.state import RecipientState

RULE = "data_blind"
#: After a start of the hub, or of its silence, devices get this long to speak before theirs is judged.
GRACE = timedelta(minutes=30)


def judge_seen(
    state: RecipientState, _device_id: str, change: Change, _circumstances: Circumstances, _now: datetime
) -> tuple[Finding, ...]:
    """Somebody sees them again."""
    if not change.saw or state.raised.pop(RULE, None) is None:
        return ()
    change.sooner = True
    return (ClearMaintenance(kind=MaintenanceKind.DATA_BLIND, device_id=None),)


def judge_time(state: RecipientState, circumstances: Circumstances, now: datetime) -> tuple[Finding, ...]:
    """Nothing has seen the person for too long."""
    due = _due(state, circumstances, now)
    if due is None or now < due or _gateway_is_down(state, circumstances, now):
        return ()
    state.raised[RULE] = now
    params: dict[str, Param] = {
        "blind_s": round((now - (state.seen_at or state.since)).total_seconds()),
        "limit_s": circumstances.profile.equipment_blind_after.total_seconds(),
    }
    seen = None if state.seen_at is None else Seen(what="last_seen", at=state.seen_at)
    evidence = gather(RULE, circumstances.profile, ("equipment_blind_after",), seen)
    explanation = Explanation(code="data_blind", params=params, evidence=evidence)
    return (ReportMaintenance(kind=MaintenanceKind.DATA_BLIND, explanation=explanation, device_id=None),)


def next_due(state: RecipientState, circumstances: Circumstances, now: datetime) -> datetime | None:
    """When nothing will have seen the person for too long; while the gateway is down, a while from now."""
    due = _due(state, circumstances, now)
    if due is None or due > now or not _gateway_is_down(state, circumstances, now):
        return due
    return now + GRACE


def can_be_seen(state: RecipientState, circumstances: Circumstances) -> bool:
    """Whether the person has any device that sees people."""
    for device in circumstances.devices:
        if device.kind in SEEING_KINDS:
            return True
    return any(device.kind in SEEING_KINDS for device in state.devices.values())


def _due(state: RecipientState, circumstances: Circumstances, now: datetime) -> datetime | None:
    if not circumstances.is_person or RULE in state.raised or not can_be_seen(state, circumstances):
        return None
    if circumstances.is_quiet(Watch.DATA_BLIND, now):
        return None
    limit = circumstances.profile.equipment_blind_after
    came_home = circumstances.watched_again_at(Watch.DATA_BLIND, now)
    last_seen = max(state.seen_at or state.since, came_home or state.since)
    return max(last_seen + limit, circumstances.watching_since + min(GRACE, limit))


def _gateway_is_down(state: RecipientState, circumstances: Circumstances, now: datetime) -> bool:
    links = [link_to(device, circumstances) for device in state.devices.values() if device.kind in SEEING_KINDS]
    heard = [link.heard_at for link in links if link is not None]
    if not links or len(heard) < len(links):
        return False
    patience = max(longest_silence(device, circumstances.profile) for device in state.devices.values())
    return all(now - at >= patience for at in heard)
