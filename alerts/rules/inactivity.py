"""Inactivity: nobody moved for too long, as far as somebody could be seen.

"No movement for 4-5 h by day" is the kind of rule in use (DOMAIN.md section 3). Stillness is only what a device on the
person saw: off the body, charging, flat, offline and hub-down are "cannot see" and stop its clock (promise 4). By day
and by night it runs against different limits: each stretch uses up its share of the limit of its time, so that a still
night does not become an alarm at the stroke of six.
"""

from datetime import datetime, timedelta

from alerts.circumstances import Circumstances
from alerts.decisions import ClearAlerts, Finding, RaiseAlert
from alerts.evidence import gather
from alerts.explanation import RULES_VERSION, Evidence, Explanation, Param, Seen
from alerts.kinds import IncidentKind
from alerts.modes import Watch
from alerts.night import is_night, next_time
from alerts.noting import Change
from alerts.observations import DeviceEvent, Observation
from alerts.profile import MonitoringProfile
from alerts.severity import Severity
from alerts.state import RecipientState

RULE = "inactivity"
_THRESHOLDS = (
    "inactivity_day_limit",
    "inactivity_night_limit",
    "inactivity_night_from",
    "inactivity_night_until",
    "inactivity_activity_min",
)
#: At its due time a person counts as seen if the last look is no older than this many usual intervals.
_SEEN_WITHIN_INTERVALS = 1.5
#: A week of limits has at most so many changes of day and night.
_STRETCHES_MAX = 16


def judge_reading(
    state: RecipientState, reading: Observation, change: Change, circumstances: Circumstances, _now: datetime
) -> tuple[Finding, ...]:
    """A still reading after the limit: it is seen that nobody moves."""
    if change.moved or state.watched_at != reading.at:
        return ()
    return _judge(state, circumstances, reading.at)


def judge_event(
    state: RecipientState, event: DeviceEvent, circumstances: Circumstances, _now: datetime
) -> tuple[Finding, ...]:
    """An event that shows stillness after the limit says as much as a still reading."""
    if event.historical or state.watched_at is None or state.watched_at != event.occurred_at:
        return ()
    return _judge(state, circumstances, state.watched_at)


def judge_time(state: RecipientState, circumstances: Circumstances, now: datetime) -> tuple[Finding, ...]:
    """The limit has come; it counts if the person was seen a moment ago, else the next reading decides."""
    return _judge(state, circumstances, now) if _is_seen(state, now) else ()


def judge_stillness(
    state: RecipientState, _device_id: str, change: Change, circumstances: Circumstances, now: datetime
) -> tuple[Finding, ...]:
    """The limit came while nobody looked, and what is heard now shows that somebody did.

    An old reading comes late, or a device turns out to be slower than was thought; time does not ask again.
    """
    since = state.still_since
    if change.moved or since is None or now - since < _shortest_limit(circumstances.profile):
        return ()
    return judge_time(state, circumstances, now)


def judge_movement(
    state: RecipientState, device_id: str, change: Change, _circumstances: Circumstances, now: datetime
) -> tuple[Finding, ...]:
    """Somebody moves: whatever was raised is over."""
    since = state.raised.pop(RULE, None) if change.moved else None
    if since is None:
        return ()
    change.sooner = True
    params: dict[str, Param] = {"after_s": round((now - since).total_seconds()), "device_id": device_id}
    seen = Seen(what="movement", at=state.still_since or now, device_id=device_id)
    evidence = Evidence(rule=RULE, version=RULES_VERSION, seen=(seen,))
    explanation = Explanation(code="moved_again", params=params, evidence=evidence)
    return (ClearAlerts(kind=IncidentKind.INACTIVITY, explanation=explanation, device_id=device_id),)


def next_due(state: RecipientState, circumstances: Circumstances, now: datetime) -> datetime | None:
    """When the limit comes if nobody moves."""
    began = _stillness_began(state, circumstances, now)
    if began is None:
        return None
    return _limit_after(began, circumstances)


def _judge(state: RecipientState, circumstances: Circumstances, at: datetime) -> tuple[Finding, ...]:
    profile, since = circumstances.profile, state.still_since
    if since is None or at - since < _shortest_limit(profile):
        return ()
    began = _stillness_began(state, circumstances, at)
    if (
        began is None
        or state.watched_at is None
        or state.watched_at <= began
        or at < _limit_after(began, circumstances)
    ):
        return ()
    state.raised[RULE] = at
    night = _is_night(at, circumstances)
    limit = profile.inactivity_night_limit if night else profile.inactivity_day_limit
    params: dict[str, Param] = {
        "still_s": round((at - began).total_seconds()),
        "limit_s": limit.total_seconds(),
        "night": night,
        "device_id": state.watched_by,
    }
    return (
        RaiseAlert(
            kind=IncidentKind.INACTIVITY,
            severity=Severity.HIGH,
            explanation=Explanation(
                code="no_movement",
                params=params,
                evidence=gather(
                    RULE,
                    profile,
                    _THRESHOLDS,
                    Seen(what="stillness_began", at=began),
                    Seen(what="last_look", at=state.watched_at, device_id=state.watched_by),
                ),
            ),
            device_id=state.watched_by,
        ),
    )


def _stillness_began(state: RecipientState, circumstances: Circumstances, at: datetime) -> datetime | None:
    """None while stillness means nothing: nobody was seen yet, not at home, or already raised."""
    if not circumstances.is_person or state.still_since is None or RULE in state.raised:
        return None
    if circumstances.is_quiet(Watch.INACTIVITY, at):
        return None
    came_home = circumstances.watched_again_at(Watch.INACTIVITY, at)
    return state.still_since if came_home is None else max(state.still_since, came_home)


def _is_seen(state: RecipientState, now: datetime) -> bool:
    device = state.devices.get(state.watched_by or "")
    if device is None or state.watched_at is None or not device.sees or device.interval_s is None:
        return False
    return now - state.watched_at <= timedelta(seconds=_SEEN_WITHIN_INTERVALS * device.interval_s)


def _shortest_limit(profile: MonitoringProfile) -> timedelta:
    return min(profile.inactivity_day_limit, profile.inactivity_night_limit)


def _limit_after(began: datetime, circumstances: Circumstances) -> datetime:
    """When stillness that began then has used up its limit."""
    profile, zone = circumstances.profile, circumstances.timezone
    at, left = began, 1.0
    for _ in range(_STRETCHES_MAX):
        night = _is_night(at, circumstances)
        limit = profile.inactivity_night_limit if night else profile.inactivity_day_limit
        turn = next_time(at, zone, profile.inactivity_night_until if night else profile.inactivity_night_from)
        if limit * left <= turn - at or not _has_nights(profile):
            return at + limit * left
        left -= (turn - at) / limit
        at = turn
    return at


def _is_night(at: datetime, circumstances: Circumstances) -> bool:
    profile = circumstances.profile
    return is_night(at, circumstances.timezone, profile.inactivity_night_from, profile.inactivity_night_until)


def _has_nights(profile: MonitoringProfile) -> bool:
    return profile.inactivity_night_from != profile.inactivity_night_until
