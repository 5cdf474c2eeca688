"""A rehearsal (演练) of a ladder: whom each of its steps would tell, were nobody to take the incident.

It climbs by the same `escalate` as the real one, from the moment at which the incident opened; nothing is owed. Other
incidents of the person are left out: a rehearsal is about one policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from alerts.actors import Person
from alerts.decisions import Notify, Record
from alerts.escalation.reachable import Reachable
from alerts.escalation.steps import escalate
from alerts.explanation import Param
from alerts.incidents.incident import Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedStep:
    """What a step would put on record (`code`, `params`), and whom it would tell."""

    at: datetime
    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
    people: tuple[Person, ...] = ()


def rehearse_next(incident: Incident, reachable: Reachable) -> tuple[Incident, tuple[RehearsedStep, ...]]:
    """Take the step that is due at its own time; the incident with its next deadline, and what happened.

    Raises:
        ValueError: the incident has no deadline.
    """
    if incident.due_at is None:
        raise ValueError("a rehearsal needs a deadline to come to")
    outcome = escalate(incident, reachable, incident.due_at)
    steps: list[RehearsedStep] = []
    for duty in outcome.duties:
        if isinstance(duty, Record):
            steps.append(RehearsedStep(at=incident.due_at, code=duty.code, params=duty.params))
        elif isinstance(duty, Notify):
            steps[-1] = replace(steps[-1], people=(*steps[-1].people, duty.person))
    return outcome.incident, tuple(steps)
