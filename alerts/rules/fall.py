"""Falls. A suspicion waits for signs of recovery; without them - and no word is none - it becomes an incident.

Devices in the field are right about four times in ten (13 algorithms on real falls: 57 % sensitivity at 3-85 false
alarms a day); what cuts false alarms is stillness afterwards, a guard time and a second sensor (DOMAIN.md section 3).
Recovery is only what was measured after the fall: upright, in bed, or - from the second reading on, because the first
one may still count what came before the fall - more steps, or plain activity.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.circumstances import Circumstances
from alerts.decisions import ClearAlerts, Finding, HoldAlert, RaiseAlert, ReportMaintenance
from alerts.evidence import gather, seen_event
from alerts.explanation import Evidence, Explanation, Param, Seen
from alerts.kinds import IncidentKind, MaintenanceKind
from alerts.noting import Change
from alerts.observations import DeviceEvent, EventKind, Observation
from alerts.profile import MonitoringProfile
from alerts.severity import Severity
from alerts.state import FallWatch, RecipientState

RULE = "fall"
#: A raised fall from which no recovery was seen for so long is left to people.
_WATCHED_FOR = timedelta(hours=24)
_UPRIGHT = frozenset({"standing", "walking"})


def judge_event(
    state: RecipientState, event: DeviceEvent, circumstances: Circumstances, now: datetime
) -> tuple[Finding, ...]:
    """Suspected: held. Confirmed, seen by a second device, or followed by a press: raised at once."""
    match event.event:
        case EventKind.FALL_CANCELLED:
            return _cancel(state, event, circumstances)
        case EventKind.FALL_SUSPECTED | EventKind.FALL_CONFIRMED if event.test:
            return (_note_test(event, circumstances),)
        case EventKind.FALL_CONFIRMED:
            return _raise(state, event, Severity.CRITICAL, "fall_confirmed", circumstances, now)
        case EventKind.FALL_SUSPECTED:
            return _suspect(state, event, circumstances, now)
        case EventKind.SOS_PRESSED if not event.test and not event.historical and _is_pending(state, now):
            return _raise(state, event, Severity.CRITICAL, "fall_with_sos", circumstances, now)
        case EventKind.BED_ENTRY if not event.historical:
            return _recover(state, seen_event(event), {"sign": "bed_entry"}, circumstances)
        case _:
            return ()


def judge_reading(
    state: RecipientState, reading: Observation, _change: Change, circumstances: Circumstances, _now: datetime
) -> tuple[Finding, ...]:
    """Whether the person is up again."""
    fall = state.fall
    if fall is None or reading.at <= fall.occurred_at or not state.devices[reading.device_id].sees:
        return ()
    if reading.at - fall.occurred_at > _WATCHED_FOR:
        state.fall = None
        return ()
    sign = _sign_of_recovery(fall, reading, circumstances.profile)
    if sign is not None:
        seen = Seen(what="reading", at=reading.at, device_id=reading.device_id, values=sign)
        return _recover(state, seen, sign, circumstances)
    if reading.device_id not in fall.steps:
        state.fall = replace(fall, steps={**fall.steps, reading.device_id: reading.steps or 0})
    return ()


def judge_expired(explanation: Explanation) -> RaiseAlert:
    """The window of a held fall has passed without recovery. Asked by whoever passes deadlines."""
    return RaiseAlert(
        kind=IncidentKind.FALL,
        severity=Severity.HIGH,
        explanation=replace(explanation, code="fall_not_recovered"),
        device_id=_text(explanation.params.get("device_id")),
    )


def _suspect(
    state: RecipientState, event: DeviceEvent, circumstances: Circumstances, now: datetime
) -> tuple[Finding, ...]:
    if event.historical:
        return _raise(state, event, Severity.HIGH, "fall_suspected", circumstances, now)
    if state.fall is not None and _is_pending(state, now):
        if state.fall.device_id != event.device_id:
            return _raise(state, event, Severity.CRITICAL, "fall_seen_twice", circumstances, now)
        due_at = state.fall.due_at  # the same device once more: the window is not longer for it
    else:
        due_at = now + circumstances.profile.fall_confirm
        state.fall = FallWatch(device_id=event.device_id, occurred_at=event.occurred_at, due_at=due_at)
    params: dict[str, Param] = {
        "device_id": event.device_id,
        "confirm_s": circumstances.profile.fall_confirm.total_seconds(),
        **event.evidence,
    }
    return (
        HoldAlert(
            kind=IncidentKind.FALL,
            severity=Severity.HIGH,
            explanation=Explanation(
                code="fall_suspected",
                params=params,
                evidence=gather(RULE, circumstances.profile, ("fall_confirm", "fall_activity_min"), seen_event(event)),
            ),
            due_at=due_at,
            device_id=event.device_id,
        ),
    )


def _raise(
    state: RecipientState,
    event: DeviceEvent,
    severity: Severity,
    code: str,
    circumstances: Circumstances,
    now: datetime,
) -> tuple[Finding, ...]:
    evidence = _evidence_of(state, event, circumstances, now)
    if not event.historical:
        state.fall = FallWatch(device_id=event.device_id, occurred_at=event.occurred_at, due_at=now)
    return (
        RaiseAlert(
            kind=IncidentKind.FALL,
            severity=severity,
            explanation=Explanation(
                code=code, params={"device_id": event.device_id, **event.evidence}, evidence=evidence
            ),
            late=event.received_at - event.occurred_at > circumstances.profile.late_after,
            device_id=event.device_id,
        ),
    )


def _evidence_of(state: RecipientState, event: DeviceEvent, circumstances: Circumstances, now: datetime) -> Evidence:
    """The event, and the suspicion that it makes certain."""
    suspicion = None
    if state.fall is not None and _is_pending(state, now) and not event.historical:
        suspicion = Seen(what="fall_suspected", at=state.fall.occurred_at, device_id=state.fall.device_id)
    return gather(RULE, circumstances.profile, ("fall_confirm", "late_after"), suspicion, seen_event(event))


def _cancel(state: RecipientState, event: DeviceEvent, circumstances: Circumstances) -> tuple[Finding, ...]:
    """The wearer took it back; a cancellation of an older fall does not take back this one."""
    if state.fall is not None:
        if event.occurred_at < state.fall.occurred_at:
            return ()
        state.fall = None
    evidence = gather(RULE, circumstances.profile, (), seen_event(event))
    explanation = Explanation(code="fall_cancelled", evidence=evidence)
    return (ClearAlerts(kind=IncidentKind.FALL, explanation=explanation, device_id=event.device_id),)


def _recover(
    state: RecipientState, seen: Seen, sign: dict[str, Param], circumstances: Circumstances
) -> tuple[Finding, ...]:
    if state.fall is None or seen.at <= state.fall.occurred_at:
        return ()
    params: dict[str, Param] = {
        "after_s": round((seen.at - state.fall.occurred_at).total_seconds()),
        "device_id": seen.device_id,
        **sign,
    }
    state.fall = None
    evidence = gather(RULE, circumstances.profile, ("fall_activity_min",), seen)
    explanation = Explanation(code="fall_recovered", params=params, evidence=evidence)
    return (ClearAlerts(kind=IncidentKind.FALL, explanation=explanation, device_id=seen.device_id),)


def _sign_of_recovery(fall: FallWatch, reading: Observation, profile: MonitoringProfile) -> dict[str, Param] | None:
    if reading.posture in _UPRIGHT:
        return {"sign": "posture", "posture": reading.posture}
    if reading.in_bed:
        return {"sign": "in_bed"}
    steps = fall.steps.get(reading.device_id)
    if steps is None:
        return None
    if reading.steps is not None and reading.steps > steps:
        return {"sign": "steps", "steps": reading.steps - steps}
    if reading.activity is not None and reading.activity >= profile.fall_activity_min:
        return {"sign": "activity", "activity": reading.activity}
    return None


def _is_pending(state: RecipientState, now: datetime) -> bool:
    return state.fall is not None and now < state.fall.due_at


def _note_test(event: DeviceEvent, circumstances: Circumstances) -> ReportMaintenance:
    explanation = Explanation(
        code="test_fall",
        params={"component": event.component},
        evidence=gather(RULE, circumstances.profile, (), seen_event(event)),
    )
    return ReportMaintenance(
        kind=MaintenanceKind.TEST_PRESS, explanation=explanation, device_id=event.device_id, momentary=True
    )


def _text(value: Param) -> str | None:
    return value if isinstance(value, str) else None
