"""Incidents, in reading order: the record and its table, what alerts do to it, what people do, what time does.

Only the public names of these modules; what happens to an open incident when its deadline comes is `escalation`.
"""

from alerts.holding import current_stage
from alerts.incident import (
    CALLED_AT_ONCE,
    CONTACT_WITHIN,
    JOIN_WITHIN,
    RESPONDER_WITHIN,
    TRANSITIONS,
    Deadline,
    Disposition,
    Incident,
    IncidentState,
    Ladder,
    Move,
    Outcome,
    RefusedError,
)
from alerts.moves_by_alerts import join, open_incident
from alerts.moves_by_people import (
    acknowledge,
    add_note,
    adopt_policy,
    change_severity,
    close,
    give_back,
    hand_over,
    log_contact_attempt,
    reopen,
    set_arrived,
    set_responding,
)
from alerts.moves_by_time import pass_hold_deadline

__all__ = [
    "CALLED_AT_ONCE",
    "CONTACT_WITHIN",
    "JOIN_WITHIN",
    "RESPONDER_WITHIN",
    "TRANSITIONS",
    "Deadline",
    "Disposition",
    "Incident",
    "IncidentState",
    "Ladder",
    "Move",
    "Outcome",
    "RefusedError",
    "acknowledge",
    "add_note",
    "adopt_policy",
    "change_severity",
    "close",
    "current_stage",
    "give_back",
    "hand_over",
    "join",
    "log_contact_attempt",
    "open_incident",
    "pass_hold_deadline",
    "reopen",
    "set_arrived",
    "set_responding",
]
