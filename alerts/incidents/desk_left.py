"""Stepping away alone hands the sound on: a ladder that waits for the desk, and for nobody else, waits no longer."""

from dataclasses import replace
from datetime import datetime

from alerts.decisions import Record
from alerts.escalation.policy import Step, Target
from alerts.incidents.incident import Deadline, Incident, IncidentState, Outcome, RefusedError


def leave_desk(incident: Incident, now: datetime) -> Outcome:
    """The last one at the desk has stepped away: the next step comes at once.

    Raises:
        RefusedError: `not_due`: it does not wait for the desk.
    """
    if not waits_for_desk(incident):
        raise RefusedError("not_due")
    sent_on = now if incident.due_at is None else min(now, incident.due_at)
    return Outcome(incident=replace(incident, due_at=sent_on), duties=(Record(code="desk_left"),))


def waits_for_desk(incident: Incident) -> bool:
    """Whether the last step that was taken told the desk, and the next one has not come."""
    if incident.state is not IncidentState.OPEN or incident.deadline is not Deadline.ESCALATE:
        return False
    last = _last_taken(incident)
    return last is not None and last.target is Target.DESK


def _last_taken(incident: Incident) -> Step | None:
    ladder, steps = incident.ladder, incident.policy.steps
    if ladder.recurrence:
        return steps[ladder.step]
    if ladder.step == 0 and ladder.round == 0:
        return None
    return steps[ladder.step - 1]
