"""Bed: out of bed at night for longer than a way to the toilet takes. Needs a mattress, or anything that says `in_bed`.

Absence is positive knowledge - the bed said that it is empty - and not silence; it is counted within the night only.
"""

from datetime import datetime, timedelta

from alerts.circumstances import Circumstances
from alerts.decisions import ClearAlerts, Finding, RaiseAlert
from alerts.evidence import gather, seen_event
from alerts.explanation import Evidence, Explanation, Param, Seen
from alerts.kinds import IncidentKind
from alerts.modes import Watch
from alerts.night import is_night, last_time, next_time
from alerts.noting import Change
from alerts.observations import DeviceEvent, EventKind, Observation
from alerts.rhythm import knows_rhythm
from alerts.severity import Severity
from alerts.state import DeviceState, RecipientState

RULE = "bed"
_THRESHOLDS = ("bed_absence_limit", "bed_night_from", "bed_night_until")
#: After a start of the hub a mattress gets this long to say that somebody came back meanwhile.
_GRACE = timedelta(minutes=2)


def judge_event(
    state: RecipientState, event: DeviceEvent, circumstances: Circumstances, now: datetime
) -> tuple[Finding, ...]:
    """The bed's own judgement of an absence is believed where somebody should be in it; an entry ends it."""
    if event.historical:
        return ()
    if event.event is EventKind.BED_ENTRY:
        return _back_in_bed(state, event.device_id, gather(RULE, circumstances.profile, (), seen_event(event)), now)
    if event.event is not EventKind.BED_ABSENCE or event.test or circumstances.is_quiet(Watch.BED, now):
        return ()
    state.raised[RULE] = now
    params: dict[str, Param] = {"device_id": event.device_id, "said_by_device": True, **event.evidence}
    return (_raise(event.device_id, params, gather(RULE, circumstances.profile, (), seen_event(event))),)


def judge_reading(
    state: RecipientState, reading: Observation, _change: Change, circumstances: Circumstances, now: datetime
) -> tuple[Finding, ...]:
    """In bed again."""
    if not reading.in_bed or RULE not in state.raised:
        return ()
    seen = Seen(what="reading", at=reading.at, device_id=reading.device_id, values={"in_bed": True})
    return _back_in_bed(state, reading.device_id, gather(RULE, circumstances.profile, (), seen), now)


def judge_time(state: RecipientState, circumstances: Circumstances, now: datetime) -> tuple[Finding, ...]:
    """Out of bed since before the limit, and it is still night."""
    for device_id, device in state.devices.items():
        began = _absence_began(state, device, circumstances, now)
        if began is None or not _is_bed_night(now, circumstances) or now < began + _limit(circumstances):
            continue
        state.raised[RULE] = now
        params: dict[str, Param] = {
            "absent_s": round((now - began).total_seconds()),
            "limit_s": _limit(circumstances).total_seconds(),
            "device_id": device_id,
        }
        left_at = device.out_of_bed_since or began
        seen = Seen(what="bed_left", at=left_at, device_id=device_id)
        return (_raise(device_id, params, gather(RULE, circumstances.profile, _THRESHOLDS, seen)),)
    return ()


def next_due(state: RecipientState, circumstances: Circumstances, now: datetime) -> datetime | None:
    """When an absence that lasts will have lasted too long: this night, or at the next night's beginning."""
    moments = [
        _due(began, circumstances, now)
        for device in state.devices.values()
        if (began := _absence_began(state, device, circumstances, now)) is not None
    ]
    return min(moments, default=None)


def _due(began: datetime, circumstances: Circumstances, now: datetime) -> datetime:
    due = max(began + _limit(circumstances), now)
    if _is_bed_night(due, circumstances):
        return due
    return next_time(now, circumstances.timezone, circumstances.profile.bed_night_from) + _limit(circumstances)


def _absence_began(
    state: RecipientState, device: DeviceState, circumstances: Circumstances, now: datetime
) -> datetime | None:
    """When the absence of the night began: with getting up, with the night, with coming home; None: there is none."""
    left_at = device.out_of_bed_since
    if left_at is None or not circumstances.is_person or RULE in state.raised:
        return None
    if circumstances.is_quiet(Watch.BED, now):
        return None
    if device.offline_since is not None and knows_rhythm(device):
        return None  # somebody may be back in bed without its saying so
    night_began = last_time(now, circumstances.timezone, circumstances.profile.bed_night_from)
    came_home = circumstances.watched_again_at(Watch.BED, now)
    began = max(left_at, night_began, came_home or left_at)
    heard_since_start = device.heard_at is not None and device.heard_at >= circumstances.watching_since
    if not heard_since_start:
        began = max(began, circumstances.watching_since + min(_GRACE, _limit(circumstances)) - _limit(circumstances))
    return began


def _is_bed_night(at: datetime, circumstances: Circumstances) -> bool:
    profile = circumstances.profile
    return is_night(at, circumstances.timezone, profile.bed_night_from, profile.bed_night_until)


def _limit(circumstances: Circumstances) -> timedelta:
    return circumstances.profile.bed_absence_limit


def _back_in_bed(state: RecipientState, device_id: str, evidence: Evidence, now: datetime) -> tuple[Finding, ...]:
    since = state.raised.pop(RULE, None)
    if since is None:
        return ()
    params: dict[str, Param] = {"after_s": round((now - since).total_seconds()), "device_id": device_id}
    explanation = Explanation(code="back_in_bed", params=params, evidence=evidence)
    return (ClearAlerts(kind=IncidentKind.BED, explanation=explanation, device_id=device_id),)


def _raise(device_id: str, params: dict[str, Param], evidence: Evidence) -> RaiseAlert:
    return RaiseAlert(
        kind=IncidentKind.BED,
        severity=Severity.MEDIUM,
        explanation=Explanation(code="bed_absence", params=params, evidence=evidence),
        device_id=device_id,
    )
