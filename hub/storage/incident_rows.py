"""Between the core's incident and its row: the only place that knows both shapes."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict, cast
from uuid import UUID

from psycopg.types.json import Jsonb

from alerts.actors import Actor, ActorType
from alerts.escalation.policy import EscalationPolicy, Step
from alerts.explanation import Explanation
from alerts.incidents import Deadline, Disposition, Ending, FalseCause, Incident, IncidentState, Ladder
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from hub.stations.records import AlertRequest, LockedIncident


class PolicyJson(TypedDict):
    """A policy as the contract writes it (DESIGN.md section 4)."""

    name: str
    version: NotRequired[int]  # absent: the built-in one
    steps: list[dict[str, float | str]]
    repeat: int
    then_every_s: float
    ack_timeout_s: float


def policy_to_json(policy: EscalationPolicy) -> PolicyJson:
    """The contract's shape, as frozen into the incident."""
    return {
        "name": policy.name,
        "version": policy.version,
        "steps": [{"after_s": step.after.total_seconds(), "notify": step.notify} for step in policy.steps],
        "repeat": policy.repeat,
        "then_every_s": policy.then_every.total_seconds(),
        "ack_timeout_s": policy.ack_timeout.total_seconds(),
    }


def policy_from_json(policy: PolicyJson) -> EscalationPolicy:
    """The core's policy; raises ValueError for one that no ladder can follow."""
    return EscalationPolicy(
        name=policy["name"],
        steps=tuple(
            Step(after=timedelta(seconds=float(step["after_s"])), notify=str(step["notify"]))
            for step in policy["steps"]
        ),
        repeat=policy["repeat"],
        then_every=timedelta(seconds=policy["then_every_s"]),
        ack_timeout=timedelta(seconds=policy["ack_timeout_s"]),
        version=policy.get("version", 0),
    )


def actor_to_json(actor: Actor | None) -> Jsonb | None:
    """{type, id, name}, or null for the hub itself."""
    return None if actor is None else Jsonb({"type": actor.type, "id": actor.id, "name": actor.name})


def actor_from_json(actor: dict[str, str] | None) -> Actor | None:
    """The reverse of `actor_to_json`."""
    return None if actor is None else Actor(type=ActorType(actor["type"]), id=actor["id"], name=actor["name"])


def explanation_to_json(explanation: Explanation) -> Jsonb:
    """{code, params}, with its evidence where a rule decided."""
    return Jsonb(explanation.to_json())


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """The columns of `incident` that the core needs, and its place."""

    id: UUID
    division_id: str
    kind: str
    severity: str
    state: str
    subject_type: str
    subject_id: str
    recipient_id: UUID | None
    explanation: dict[str, Any]
    opened_at: datetime
    last_alert_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: dict[str, str] | None
    call_due_at: datetime | None
    contacted_at: datetime | None
    touched_at: datetime | None
    responding_at: datetime | None
    responder_name: str | None
    arrived_at: datetime | None
    test_pending_until: datetime | None
    closed_at: datetime | None
    disposition: str | None
    outcome: str | None
    cause: str | None
    duplicate_of: UUID | None
    sounding: bool
    policy: dict[str, Any]
    ladder: dict[str, int]
    version: int  #: How many commands it has had.
    purpose: str | None = None  #: Of its timer, which is read once the incident is locked.
    due_at: datetime | None = None

    def under_lock(self, purpose: str | None, due_at: datetime | None, at: datetime) -> LockedIncident:
        """As the stations get it; its timer was read after it was locked."""
        return LockedIncident(
            id=self.id,
            incident=replace(self, purpose=purpose, due_at=due_at).to_incident(),
            division_id=self.division_id,
            recipient_id=self.recipient_id,
            commands=self.version,
            at=at,
        )

    def to_incident(self) -> Incident:
        """The core's incident."""
        return Incident(
            id=str(self.id),
            kind=IncidentKind(self.kind),
            severity=Severity(self.severity),
            state=IncidentState(self.state),
            subject=Subject(type=SubjectType(self.subject_type), id=self.subject_id),
            explanation=Explanation.from_json(self.explanation),
            opened_at=self.opened_at,
            last_alert_at=self.last_alert_at,
            policy=policy_from_json(cast("PolicyJson", self.policy)),
            ladder=Ladder(**self.ladder),
            sounding=self.sounding,
            deadline=None if self.purpose is None else Deadline(self.purpose),
            due_at=self.due_at,
            acknowledged_at=self.acknowledged_at,
            acknowledged_by=actor_from_json(self.acknowledged_by),
            call_due_at=self.call_due_at,
            contacted_at=self.contacted_at,
            touched_at=self.touched_at,
            responding_at=self.responding_at,
            responder_name=self.responder_name,
            arrived_at=self.arrived_at,
            test_pending_until=self.test_pending_until,
            closed_at=self.closed_at,
            disposition=None if self.disposition is None else Disposition(self.disposition),
            outcome=None if self.outcome is None else Ending(self.outcome),
            cause=None if self.cause is None else FalseCause(self.cause),
            duplicate_of=None if self.duplicate_of is None else str(self.duplicate_of),
        )


def changing_columns(incident: Incident) -> dict[str, object]:
    """Everything of an incident that can change, as the parameters of `save`."""
    return {
        "severity": incident.severity,
        "state": incident.state,
        "last_alert_at": incident.last_alert_at,
        "acknowledged_at": incident.acknowledged_at,
        "acknowledged_by": actor_to_json(incident.acknowledged_by),
        "call_due_at": incident.call_due_at,
        "contacted_at": incident.contacted_at,
        "touched_at": incident.touched_at,
        "responding_at": incident.responding_at,
        "responder_name": incident.responder_name,
        "arrived_at": incident.arrived_at,
        "test_pending_until": incident.test_pending_until,
        "closed_at": incident.closed_at,
        "disposition": incident.disposition,
        "outcome": incident.outcome,
        "cause": incident.cause,
        "duplicate_of": None if incident.duplicate_of is None else UUID(incident.duplicate_of),
        "sounding": incident.sounding,
        "policy": Jsonb(policy_to_json(incident.policy)),
        "ladder": Jsonb(asdict(incident.ladder)),
    }


def alert_columns(alert_id: UUID | None, request: AlertRequest) -> dict[str, object]:
    """An alert's own columns."""
    return {
        "alert_id": alert_id,
        "division_id": request.division_id,
        "kind": request.alert.kind,
        "alert_severity": request.alert.severity,
        "recipient_id": request.recipient_id,
        "device_id": request.device_id,
        "device_event_id": request.device_event_id,
        "event_id": request.event_id,
        "occurred_at": request.occurred_at,
        "received_at": request.received_at,
        "late": request.alert.late,
        "test": request.test,
        "wants_ack": request.wants_ack,
        "explanation": explanation_to_json(request.alert.explanation),
    }
