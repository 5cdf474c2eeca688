"""What further alerts do to incidents: one opens, or joins the one of its subject and kind that is not closed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from alerts.decisions import Duty, RaiseAlert, Record
from alerts.escalation.policy import EscalationPolicy
from alerts.explanation import Explanation, Param
from alerts.incidents.holding import owe_call, return_to_open, with_hold_deadline
from alerts.incidents.incident import (
    ACKNOWLEDGED,
    JOIN_WITHIN,
    OPEN,
    Deadline,
    Incident,
    Ladder,
    Move,
    Outcome,
    next_state,
)
from alerts.observations import Subject
from alerts.severity import gravest


def open_incident(
    incident_id: str, subject: Subject, alert: RaiseAlert, policy: EscalationPolicy, now: datetime
) -> Outcome:
    """A new incident; its ladder starts at once."""
    incident = Incident(
        id=incident_id,
        kind=alert.kind,
        severity=alert.severity,
        state=OPEN,
        subject=subject,
        explanation=alert.explanation,
        opened_at=now,
        last_alert_at=now,
        policy=policy,
        ladder=Ladder(),
        sounding=True,
        deadline=Deadline.ESCALATE,
        due_at=now + policy.steps[0].after,
    )
    return Outcome(incident=incident, duties=(_record("opened", alert.explanation),))


def join(incident: Incident, alert: RaiseAlert, now: datetime) -> Outcome:
    """A further alert of the same subject and kind, decided under the incident's row lock.

    On a held incident it sounds again, and whoever cries once more is owed a call once more; when the last alert is
    more than `JOIN_WITHIN` old, the incident is open again.
    """
    grave = gravest(incident.severity, alert.severity)
    joined = replace(incident, last_alert_at=now, severity=grave, sounding=True)
    duties: tuple[Duty, ...] = (_record("joined", alert.explanation),)
    if grave is not incident.severity:
        duties += (_record("raised", alert.explanation, {"from": incident.severity, "to": grave}),)
    if incident.state is not ACKNOWLEDGED:
        return Outcome(incident=replace(joined, state=next_state(incident, Move.JOIN)), duties=duties)
    if now - incident.last_alert_at > JOIN_WITHIN:
        returned = return_to_open(joined, Move.RETURN_BY_ALERT, "returned_by_alert", now)
        return Outcome(incident=returned.incident, duties=duties + returned.duties)
    held = with_hold_deadline(owe_call(joined, now))
    return Outcome(incident=replace(held, state=next_state(incident, Move.JOIN)), duties=duties)


def _record(code: str, explanation: Explanation, params: Mapping[str, Param] = MappingProxyType({})) -> Record:
    """A line that says because of which alert."""
    return Record(code=code, params={**explanation.params, "why": explanation.code, **params})
