"""What time does to a held incident; to an open one it takes the next step of its ladder (`escalation`)."""

from dataclasses import replace
from datetime import datetime

from alerts.decisions import Record
from alerts.incidents.holding import return_to_open, with_hold_deadline
from alerts.incidents.incident import RESPONDER_WITHIN, Deadline, Incident, Move, Outcome


def pass_hold_deadline(incident: Incident, now: datetime) -> Outcome:
    """The deadline of a held incident has come: remind of the call that nobody made, or put it back."""
    match incident.deadline:
        case Deadline.CONTACT_REMINDER:
            return Outcome(incident=_remind(incident, now), duties=(Record(code="contact_overdue"),))
        case Deadline.RESPONDER_OVERDUE:
            return return_to_open(incident, Move.TIME_OUT, "responder_overdue", now)
        case Deadline.ACK_TIMEOUT | Deadline.ESCALATE | None:
            return return_to_open(incident, Move.TIME_OUT, "ack_timed_out", now)


def _remind(incident: Incident, now: datetime) -> Incident:
    """It sounds; what would have come next comes after its own time, even if the hub was away meanwhile.

    Its own time is no longer than the clock that it belongs to: somebody may have touched it while nobody passed time.
    """
    reminded = with_hold_deadline(replace(incident, sounding=True, call_due_at=None))
    if incident.due_at is None or reminded.due_at is None or reminded.due_at > now:
        return reminded
    longest = RESPONDER_WITHIN if reminded.deadline is Deadline.RESPONDER_OVERDUE else incident.policy.ack_timeout
    return replace(reminded, due_at=now + min(reminded.due_at - incident.due_at, longest))
