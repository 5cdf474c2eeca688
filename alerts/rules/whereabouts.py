"""Whereabouts: a mode that people forgot to end. It hides nobody for ever: it ends by itself, or somebody is asked.

It ends where the person is evidently back: into the bed at home, or moving with a worn device that the home's gateway
carries. Nothing else is evidence - a watch moves at a daughter's too -, and nothing makes the hub begin a mode. A mode
without an end that has lasted longer than its usual is a follow-up, and again each time as long later: the call that
finds out. An end that was said is believed, for a season at most.
"""

from datetime import datetime, timedelta

from alerts.circumstances import Circumstances
from alerts.decisions import EndMode, Finding, RequestFollowUp
from alerts.evidence import gather, seen_event
from alerts.explanation import Explanation, Param, Seen
from alerts.kinds import FollowUpKind
from alerts.modes import ELSEWHERE, Mode, ModeSpan
from alerts.noting import Change
from alerts.observations import DeviceEvent, EventKind, Observation
from alerts.state import RecipientState

RULE = "whereabouts"
#: A mode is set before the person has left: so long they may still go to and fro.
LEAVING = timedelta(hours=2)
#: So long people plan; what is to end later still was mistyped, or is no absence any more.
SEASON = timedelta(days=90)
#: In the state: which span - by its beginning - has been ended, so that one batch of readings does not end it often.
_BACK = "mode_back"
#: How long each usually lasts, by field of the profile.
_USUAL = {
    Mode.AWAY: "mode_away_usual",
    Mode.HOSPITAL: "mode_hospital_usual",
    Mode.HOLIDAY: "mode_holiday_usual",
    Mode.INSTALL: "mode_install_usual",
}


def judge_event(
    state: RecipientState, event: DeviceEvent, circumstances: Circumstances, now: datetime
) -> tuple[Finding, ...]:
    """The bed says that somebody got into it."""
    if event.event is not EventKind.BED_ENTRY or event.historical or event.test:
        return ()
    return _come_back(state, circumstances, "in_bed", seen_event(event), now)


def judge_reading(
    state: RecipientState, reading: Observation, change: Change, circumstances: Circumstances, now: datetime
) -> tuple[Finding, ...]:
    """Into bed, or moving and worn within reach of the home's gateway."""
    if not circumstances.modes:
        return ()
    moves_at_home = change.moved and reading.via_gateway and state.devices[reading.device_id].worn is True
    if not change.got_into_bed and not moves_at_home:
        return ()
    values: dict[str, Param] = {"in_bed": True} if change.got_into_bed else {"worn": True, "moved": True}
    seen = Seen(what="reading", at=reading.at, device_id=reading.device_id, values=values)
    return _come_back(state, circumstances, "in_bed" if change.got_into_bed else "moving", seen, now)


def judge_time(state: RecipientState, circumstances: Circumstances, now: datetime) -> tuple[Finding, ...]:
    """The mode has lasted longer than its usual since it began, or since somebody was last asked."""
    span, due = circumstances.span_at(now), next_due(state, circumstances, now)
    if span is None or due is None or now < due:
        return ()
    state.raised[RULE] = now
    field = _USUAL[span.mode]
    params: dict[str, Param] = {
        "mode": span.mode,
        "since": span.from_at.isoformat(),
        "lasted_s": round((now - span.from_at).total_seconds()),
        "usual_s": _believed_for(span, circumstances).total_seconds(),
    }
    evidence = gather(RULE, circumstances.profile, (field,), Seen(what="mode_begun", at=span.from_at))
    explanation = Explanation(code="mode_forgotten", params=params, evidence=evidence)
    return (RequestFollowUp(kind=FollowUpKind.MODE_FORGOTTEN, explanation=explanation),)


def next_due(state: RecipientState, circumstances: Circumstances, now: datetime) -> datetime | None:
    """When the mode that holds now will have lasted too long."""
    span = circumstances.span_at(now)
    if span is None or span.mode not in _USUAL or not circumstances.is_person:
        return None
    asked_at = state.raised.get(RULE)
    since = span.from_at if asked_at is None else max(span.from_at, asked_at)
    return since + _believed_for(span, circumstances)


def _believed_for(span: ModeSpan, circumstances: Circumstances) -> timedelta:
    usual: timedelta = getattr(circumstances.profile, _USUAL[span.mode])
    if span.until_at is None or span.mode is Mode.INSTALL:
        return usual
    return max(usual, SEASON)


def _come_back(
    state: RecipientState, circumstances: Circumstances, sign: str, seen: Seen, now: datetime
) -> tuple[Finding, ...]:
    span = circumstances.span_at(now)
    if span is None or span.mode not in ELSEWHERE or not circumstances.is_person:
        return ()
    if seen.at < span.from_at + LEAVING or state.raised.get(_BACK) == span.from_at:
        return ()
    state.raised[_BACK] = span.from_at
    params: dict[str, Param] = {
        "mode": span.mode,
        "since": span.from_at.isoformat(),
        "sign": sign,
        "device_id": seen.device_id,
    }
    explanation = Explanation(code="mode_over", params=params, evidence=gather(RULE, circumstances.profile, (), seen))
    return (EndMode(span=span, explanation=explanation),)
