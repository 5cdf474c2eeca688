"""Whom else the desk could call about an incident now, and what its ladder does next if nobody takes it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from alerts.actors import Person
from alerts.escalation.reachable import Reachable, usable
from alerts.escalation.rehearsal import RehearsedStep, rehearse_next
from alerts.incidents import IncidentState
from alerts.kinds import SubjectType
from hub.storage.database import Connection, database_now
from hub.storage.incident_views import IncidentView
from hub.storage.kept_incidents import find_kept
from hub.storage.reachable import who_is_reachable
from hub.storage.views import View


class OnDutyPersonView(View):
    """Somebody who has duty for the place and can be rung; `role`: helper, township, supervisor or leader."""

    role: str
    name: str
    phone: str


class NextStepView(View):
    """What a step of the ladder would put on record, when, and whom it would tell."""

    at: datetime
    code: str
    params: dict[str, Any]
    people: list[str]


class HelpAtHandView(View):
    """Who has duty now, the nearest first; and for an incident that nobody has, its next step.

    The step is as it would be now: another incident of the person may tell the same people first.
    """

    people: list[OnDutyPersonView]
    next: list[NextStepView]


async def help_at_hand(connection: Connection, incident: IncidentView) -> HelpAtHandView:
    """Of an incident that the caller has found in their scope."""
    now = await database_now(connection)
    recipient_id = UUID(incident.subject.id) if incident.subject.type == SubjectType.RECIPIENT else None
    reachable = await who_is_reachable(connection, recipient_id, incident.division_id, now)
    return HelpAtHandView(people=_on_duty(reachable), next=await _next_step(connection, incident, reachable))


async def _next_step(connection: Connection, incident: IncidentView, reachable: Reachable) -> list[NextStepView]:
    if incident.state != IncidentState.OPEN:
        return []
    kept = await find_kept(connection, incident.id)
    if kept is None or kept.incident.due_at is None or kept.incident.state is not IncidentState.OPEN:
        return []
    _, steps = rehearse_next(kept.incident, reachable)
    return [_shown(step) for step in steps]


def _shown(step: RehearsedStep) -> NextStepView:
    return NextStepView(
        at=step.at, code=step.code, params=dict(step.params), people=[person.name for person in step.people]
    )


def _on_duty(reachable: Reachable) -> list[OnDutyPersonView]:
    """Each number once, however many duties it has: who is nearer first."""
    nearest_first: tuple[Person, ...] = (
        *reachable.helpers,
        *reachable.township,
        *reachable.supervisor,
        *reachable.leader,
    )
    return [
        OnDutyPersonView(role=person.type, name=person.name, phone=person.phone or "")
        for person in usable(nearest_first)
    ]
