"""No sign of life: of somebody living alone nothing at all has been seen for too long - call, then visit.

Whatever the cause: also a flat watch, a dead gateway or a hub that was down leave a person unseen (promise 4; 12 h,
DOMAIN.md section 4). Only people who have a device that could show life are meant: of a call button silence is usual.
"""

from datetime import datetime

from alerts.circumstances import Circumstances
from alerts.decisions import Finding, RequestFollowUp
from alerts.evidence import gather
from alerts.explanation import Explanation, Param, Seen
from alerts.kinds import FollowUpKind
from alerts.modes import Watch
from alerts.noting import Change
from alerts.rules.blindness import GRACE, can_be_seen
from alerts.state import RecipientState

RULE = "no_sign_of_life"


def judge_alive(
    state: RecipientState, _device_id: str, change: Change, _circumstances: Circumstances, _now: datetime
) -> tuple[Finding, ...]:
    """Seen again: the follow-up stays for people to close; the next silence asks for another."""
    if change.alive and state.raised.pop(RULE, None) is not None:
        change.sooner = True
    return ()


def judge_time(state: RecipientState, circumstances: Circumstances, now: datetime) -> tuple[Finding, ...]:
    """Nothing was seen for too long."""
    due = _due(state, circumstances, now)
    if due is None or now < due:
        return ()
    state.raised[RULE] = now
    params: dict[str, Param] = {
        "silent_s": round((now - (state.alive_at or state.since)).total_seconds()),
        "limit_s": circumstances.profile.no_sign_of_life.total_seconds(),
        "last_sign_at": None if state.alive_at is None else state.alive_at.isoformat(),
    }
    seen = None if state.alive_at is None else Seen(what="last_sign", at=state.alive_at)
    evidence = gather(RULE, circumstances.profile, ("no_sign_of_life",), seen)
    explanation = Explanation(code="no_sign_of_life", params=params, evidence=evidence)
    return (RequestFollowUp(kind=FollowUpKind.NO_SIGN_OF_LIFE, explanation=explanation),)


def next_due(state: RecipientState, circumstances: Circumstances, now: datetime) -> datetime | None:
    """When nothing will have been seen for too long."""
    return _due(state, circumstances, now)


def _due(state: RecipientState, circumstances: Circumstances, now: datetime) -> datetime | None:
    if not circumstances.is_person or not circumstances.lives_alone or RULE in state.raised:
        return None
    if circumstances.is_quiet(Watch.NO_SIGN_OF_LIFE, now) or not can_be_seen(state, circumstances):
        return None
    limit = circumstances.profile.no_sign_of_life
    came_home = circumstances.watched_again_at(Watch.NO_SIGN_OF_LIFE, now)
    last_sign = max(state.alive_at or state.since, came_home or state.since)
    return max(last_sign + limit, circumstances.watching_since + min(GRACE, limit))
