"""Test presses: a window in which a press may turn out to be a test, and what that spares (DOMAIN.md section 4).

A press within its device's window opens an incident like any other: the desk sounds, the device is told. Only the first
people outside of the desk wait, for `CONFIRM_WITHIN` at most, for somebody to confirm that it was a test. Unless that
happens it is real, and whatever else cries meanwhile makes it real at once. A press that joins an incident which is no
pending test is never one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.actors import Actor
from alerts.decisions import RaiseAlert, Record
from alerts.escalation.policy import Target
from alerts.incidents.incident import CLOSED, OPEN, Disposition, Incident, Ladder, Outcome, RefusedError
from alerts.incidents.moves_by_people import close

#: The longest window: one device is tried within minutes; a forgotten window must not outlast the installer's visit.
WINDOW_MAX = timedelta(minutes=15)
#: Whoever tests a device stands beside it, and the desk hears it: so long there is to say that it was a test.
CONFIRM_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestWindow:
    """When an operator or installer lets a device be tried, [from, until)."""

    __test__ = False  # no test of pytest's

    from_at: datetime
    until_at: datetime

    def covers(self, occurred_at: datetime, received_at: datetime) -> bool:
        """Whether a press happened and came within it: one from before that only arrives now is real."""
        return self.from_at <= occurred_at and self.from_at <= received_at < self.until_at


def begin(opened: Outcome, alert: RaiseAlert, now: datetime) -> Outcome:
    """What was opened by a press within a window may be confirmed as a test for a while."""
    if not alert.in_test_window:
        return opened
    pending = replace(opened.incident, test_pending_until=now + CONFIRM_WITHIN)
    log = Record(code="test_pending", params={"confirm_s": round(CONFIRM_WITHIN.total_seconds())})
    return Outcome(incident=hold_people_back(pending), duties=(*opened.duties, log))


def settle(incident: Incident, now: datetime) -> Outcome:
    """Before anything else is done to it: what nobody has confirmed in time is real, and sounds again."""
    if incident.test_pending_until is None or now < incident.test_pending_until:
        return Outcome(incident=incident)
    real = replace(incident, test_pending_until=None, sounding=incident.sounding or incident.state is OPEN)
    return Outcome(incident=real, duties=(Record(code="test_not_confirmed"),))


def join(joined: Outcome, alert: RaiseAlert, now: datetime) -> Outcome:
    """Somebody cries who does not test: it is real now, and who was held back is told when the ladder says so."""
    incident = joined.incident
    if incident.test_pending_until is None or alert.in_test_window:
        return joined
    real = replace(incident, test_pending_until=None)
    if is_held_back(incident, incident.ladder):
        before = incident.policy.steps[: incident.ladder.step + 1]
        meant_at = incident.opened_at + sum((step.after for step in before), timedelta(0))
        real = replace(real, due_at=max(now, meant_at))
    return Outcome(incident=real, duties=(*joined.duties, Record(code="test_not_only")))


def confirm(incident: Incident, actor: Actor, note: str | None, now: datetime, *, may_override: bool) -> Outcome:
    """It was a test: the incident is closed as one.

    Raises:
        RefusedError: `test_not_pending`; or as `close` does.
    """
    if incident.test_pending_until is None:
        raise RefusedError("test_not_pending")
    closed = close(incident, actor, Disposition.TEST, note, now, may_override=may_override)
    log = Record(code="test_confirmed", actor=actor)
    return Outcome(incident=closed.incident, duties=(log, *closed.duties))


def hold_people_back(incident: Incident) -> Incident:
    """After everything that is done to it: while it may be a test, the first people outside of the desk wait.

    The ladder goes on when that time is over, not later: who was to be told long after it is told then.
    """
    until = incident.test_pending_until
    if until is None or incident.due_at is None:
        return replace(incident, test_pending_until=None) if incident.state is CLOSED else incident
    if is_held_back(incident, incident.ladder):
        return replace(incident, due_at=until)
    return incident


def is_held_back(incident: Incident, ladder: Ladder) -> bool:
    """Whether, at this position, the next step would be the first to tell anybody outside of the desk, too soon."""
    if incident.test_pending_until is None or incident.state is not OPEN or ladder.run > 1 or ladder.round > 0:
        return False
    *before, step = incident.policy.steps[: ladder.step + 1]
    return step.target is not Target.DESK and all(earlier.target is Target.DESK for earlier in before)
