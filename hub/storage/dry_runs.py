"""Dry runs (试运行) of a policy on an incident that is there: whom it would tell, and when. Nothing is written."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from alerts.decisions import RaiseAlert
from alerts.escalation.policy import EscalationPolicy
from alerts.escalation.reachable import Reachable
from alerts.escalation.rehearsal import RehearsedStep, rehearse_next
from alerts.explanation import Explanation
from alerts.incidents import Incident, open_incident
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from hub.storage.database import Connection, database_now
from hub.storage.presence import is_desk_manned
from hub.storage.queries import queries
from hub.storage.reachable import whom_a_place_reaches, with_contacts
from hub.storage.scope import Scope
from hub.storage.views import View

#: The default ladder with its three repeats has 25; what comes after so many nobody reads.
_MOMENTS_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """What an incident was when it opened; its severity as it is now."""

    id: UUID
    division_id: str
    kind: str
    severity: str
    subject_type: str
    subject_id: str
    recipient_id: UUID | None
    explanation: dict[str, Any]
    opened_at: datetime

    def under(self, policy: EscalationPolicy) -> Incident:
        """As it would have opened with this policy."""
        raised = RaiseAlert(
            kind=IncidentKind(self.kind),
            severity=Severity(self.severity),
            explanation=Explanation.from_json(self.explanation),
        )
        subject = Subject(type=SubjectType(self.subject_type), id=self.subject_id)
        return open_incident(str(self.id), subject, raised, policy, self.opened_at).incident


class ToldView(View):
    """Somebody whom a step would tell; `type`: contact, helper, township, supervisor, leader, number or admin."""

    type: str
    name: str


class DryRunStepView(View):
    """What a step would put on record, and whom it would tell."""

    at: datetime
    after_s: float
    code: str
    params: dict[str, Any]
    people: list[ToldView]


class DryRunView(View):
    """The timetable of an incident under a policy, from its opening on, were nobody to take it.

    Who has duty is asked of the rosters as they were known at each moment, the contacts as they are now. A desk counts
    as manned in the past, and as it is now in the future.
    """

    incident_id: UUID
    division_id: str
    opened_at: datetime
    steps: list[DryRunStepView]
    recurs_every_s: float
    complete: bool  #: It goes on to where the last step recurs; otherwise it was cut after many steps.


async def dry_run(
    connection: Connection, policy: EscalationPolicy, incident_id: UUID, scope: Scope
) -> DryRunView | None:
    """Climb the whole ladder once; None when there is no such incident in scope."""
    async with connection.cursor(row_factory=class_row(_Opening)) as cursor:
        await cursor.execute(queries("dry_runs").find_opening, {"id": incident_id, "scope": scope.sql})
        opening = await cursor.fetchone()
    if opening is None:
        return None
    now = await database_now(connection)
    incident = opening.under(policy)
    taken: list[RehearsedStep] = []
    for _ in range(_MOMENTS_MAX):
        at = incident.due_at or incident.opened_at
        reachable = await _reachable_at(connection, opening, at, now)
        incident, steps = rehearse_next(incident, reachable)
        taken += steps
        # It recurs, or nobody can be reached at all: nothing else follows.
        if incident.ladder.recurrence > 1 or incident.ladder.empty_tries > 1:
            break
    return DryRunView(
        incident_id=incident_id,
        division_id=opening.division_id,
        opened_at=opening.opened_at,
        steps=[_shown(step, opening.opened_at) for step in taken],
        recurs_every_s=policy.then_every.total_seconds(),
        complete=incident.ladder.recurrence > 1 or incident.ladder.empty_tries > 1,
    )


async def _reachable_at(connection: Connection, opening: _Opening, at: datetime, now: datetime) -> Reachable:
    of_place = await whom_a_place_reaches(connection, opening.division_id, at, known_at=min(at, now))
    manned = at < now or await is_desk_manned(connection, opening.division_id, now)
    return await with_contacts(connection, replace(of_place, desk_manned=manned), opening.recipient_id)


def _shown(step: RehearsedStep, opened_at: datetime) -> DryRunStepView:
    return DryRunStepView(
        at=step.at,
        after_s=(step.at - opened_at).total_seconds(),
        code=step.code,
        params=dict(step.params),
        people=[ToldView(type=person.type, name=person.name) for person in step.people],
    )
