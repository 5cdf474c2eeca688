"""Judging: `(state, observation | device event | time, circumstances, now) -> (state, findings)`.

What happened is noted in a copy of the state, then every rule that is concerned is asked; what they find is what the
hub carries out. The given state is never changed, and the same history through the same circumstances gives the same
states and findings.
"""

from dataclasses import dataclass
from datetime import datetime

from alerts.circumstances import Circumstances
from alerts.decisions import Finding, RaiseAlert
from alerts.explanation import RULES_VERSION, Explanation
from alerts.kinds import IncidentKind
from alerts.noting import Change, note_event, note_heard, note_reading
from alerts.observations import DeviceEvent, Heard, Observation
from alerts.rules import EVENT_RULES, HEARD_RULES, READING_RULES, TIME_RULES, chatter
from alerts.rules.fall import judge_expired
from alerts.severity import Severity
from alerts.state import RecipientState

__all__ = [
    "RULES_VERSION",
    "Judged",
    "begin",
    "judge_event",
    "judge_expired",
    "judge_heard",
    "judge_phone_report",
    "judge_reading",
    "judge_time",
    "judge_unreadable",
]


@dataclass(slots=True)
class Judged:
    """The state as it now is, and what follows. Not frozen: one is made for every message."""

    state: RecipientState
    findings: tuple[Finding, ...]


def begin(circumstances: Circumstances, now: datetime) -> RecipientState:
    """The state of a subject of whom nothing has been seen yet."""
    state = RecipientState(since=now)
    state.due_at = min(_dues(state, circumstances, now), default=None)
    return state


def judge_event(state: RecipientState, event: DeviceEvent, circumstances: Circumstances, now: datetime) -> Judged:
    """What one device event means."""
    state = state.copy()
    change = note_event(state, event, circumstances.profile)
    findings: tuple[Finding, ...] = ()
    for rule in EVENT_RULES:
        findings += rule(state, event, circumstances, now)
    return _conclude(state, event.device_id, change, findings, circumstances, now)


def judge_reading(state: RecipientState, reading: Observation, circumstances: Circumstances, now: datetime) -> Judged:
    """What one reading means; one that is history only says that its device is there."""
    state = state.copy()
    change = note_reading(state, reading, circumstances.profile)
    findings: tuple[Finding, ...] = ()
    if change.live:
        for rule in READING_RULES:
            if found := rule(state, reading, change, circumstances, now):
                findings += found
    return _conclude(state, reading.device_id, change, findings, circumstances, now)


def judge_heard(state: RecipientState, heard: Heard, circumstances: Circumstances, now: datetime) -> Judged:
    """What it means that a device is there, or says that it goes."""
    state = state.copy()
    change = note_heard(state, heard, circumstances.profile)
    return _conclude(state, heard.device_id, change, (), circumstances, now)


def judge_time(state: RecipientState, circumstances: Circumstances, now: datetime) -> Judged:
    """What the passing of time means; asked at `due_at`, and whenever circumstances have changed."""
    state = state.copy()
    if not _is_anything_due(state, circumstances, now):
        return Judged(state, ())
    findings: tuple[Finding, ...] = ()
    for rule in TIME_RULES:
        findings += rule.judge(state, circumstances, now)
    findings += chatter.judge_findings(state, findings, now)
    # What has come and found nothing waits for something else than time.
    state.due_at = min((due for due in _dues(state, circumstances, now) if due > now), default=None)
    return Judged(state, findings)


def _is_anything_due(state: RecipientState, circumstances: Circumstances, now: datetime) -> bool:
    """Whether any rule has something to judge; if none has, the state gets its next moment.

    Most moments come early: a device was heard since, and its silence counts from there. A device that is no longer the
    subject's is something, too.
    """
    due_at = min(_dues(state, circumstances, now), default=None)
    if due_at is not None and due_at <= now:
        return True
    if not state.devices.keys() <= {device.id for device in circumstances.devices}:
        return True
    state.due_at = due_at
    return False


def judge_unreadable(reason: Explanation) -> RaiseAlert:
    """An event nobody can read is shown at the desk: it may be the cry (promise 9)."""
    return RaiseAlert(kind=IncidentKind.UNREADABLE_EVENT, severity=Severity.HIGH, explanation=reason)


def judge_phone_report(note: str) -> RaiseAlert:
    """A call to the hotline is an incident like any other; what was said is its explanation."""
    explanation = Explanation(code="phone_report", params={"note": note})
    return RaiseAlert(kind=IncidentKind.PHONE_REPORT, severity=Severity.HIGH, explanation=explanation)


def _conclude(
    state: RecipientState,
    device_id: str,
    change: Change,
    findings: tuple[Finding, ...],
    circumstances: Circumstances,
    now: datetime,
) -> Judged:
    for rule in HEARD_RULES:
        if found := rule(state, device_id, change, circumstances, now):
            findings += found
    if findings:
        findings += chatter.judge_findings(state, findings, now)
        change.sooner = True
    if change.sooner:
        # What was due before stays due: time has not been judged here.
        dues = [due for due in (state.due_at, *_dues(state, circumstances, now)) if due is not None]
        state.due_at = min(dues, default=None)
    return Judged(state, findings)


def _dues(state: RecipientState, circumstances: Circumstances, now: datetime) -> list[datetime]:
    moments = [rule.next_due(state, circumstances, now) for rule in TIME_RULES]
    return [due for due in (*moments, circumstances.next_mode_change(now)) if due is not None]
