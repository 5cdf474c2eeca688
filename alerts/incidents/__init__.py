"""Incidents: the people's side of alerts, by their public names.

In reading order:
incident         the record and its one transition table
moves_by_alerts  what further alerts do to it; moves_by_people, moves_by_time: what those do
holding          the clocks of whoever has it
commands         everything that can be done to it, as values; applying is the one way in
caregivers, desk_left, merging, press_tests   what an answer, an empty desk, one matter and a test window mean
written, replay  commands as they are kept, and the incident made of them again
need             in which order the desk looks at them

What happens to an open one when its deadline comes is `alerts.escalation`.
"""

from alerts.incidents.holding import current_stage
from alerts.incidents.incident import (
    CALLED_AT_ONCE,
    CONTACT_WITHIN,
    JOIN_WITHIN,
    RESPONDER_WITHIN,
    TRANSITIONS,
    Deadline,
    Disposition,
    Ending,
    FalseCause,
    Incident,
    IncidentState,
    Ladder,
    Move,
    Outcome,
    RefusedError,
)
from alerts.incidents.moves_by_alerts import join, open_incident
from alerts.incidents.moves_by_people import (
    acknowledge,
    add_note,
    adopt_policy,
    change_severity,
    close,
    give_back,
    hand_over,
    log_contact_attempt,
    reopen,
    say_ending,
    set_arrived,
    set_responding,
)
from alerts.incidents.moves_by_time import pass_hold_deadline

__all__ = [
    "CALLED_AT_ONCE",
    "CONTACT_WITHIN",
    "JOIN_WITHIN",
    "RESPONDER_WITHIN",
    "TRANSITIONS",
    "Deadline",
    "Disposition",
    "Ending",
    "FalseCause",
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
    "say_ending",
    "set_arrived",
    "set_responding",
]
