"""Small worlds for tests of the core: a press, a ladder, some people, and a clock that the test moves."""

from datetime import UTC, datetime, timedelta

from alerts.actors import Actor, ActorType, Person
from alerts.decisions import RaiseAlert
from alerts.escalation.policy import EscalationPolicy, Step
from alerts.explanation import Explanation
from alerts.incidents import Incident, open_incident
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import DeviceEvent, EventKind, Subject
from alerts.severity import Severity

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
WANG = Actor(type=ActorType.OPERATOR, id="wang", name="王")
ZHAO = Actor(type=ActorType.OPERATOR, id="zhao", name="赵")
RECIPIENT = Subject(type=SubjectType.RECIPIENT, id="recipient-1")


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def person(name: str, phone: str | None = "10000000001") -> Person:
    return Person(type="contact", id=name, name=name, phone=phone)


def policy(*steps: tuple[float, str], repeat: int = 0, then_every_s: float = 300) -> EscalationPolicy:
    return EscalationPolicy(
        name="test",
        steps=tuple(Step(after=seconds(after), notify=notify) for after, notify in steps),
        repeat=repeat,
        then_every=seconds(then_every_s),
        ack_timeout=seconds(300),
    )


def sos_alert(severity: Severity = Severity.CRITICAL) -> RaiseAlert:
    return RaiseAlert(kind=IncidentKind.SOS, severity=severity, explanation=Explanation(code="sos_pressed"))


def opened(ladder: EscalationPolicy | None = None, now: datetime = NOON) -> Incident:
    return open_incident("incident-1", RECIPIENT, sos_alert(), ladder or policy((0, "desk")), now).incident


def device_event(kind: EventKind, **changes: object) -> DeviceEvent:
    fields: dict[str, object] = {
        "subject": RECIPIENT,
        "device_id": "device-1",
        "event": kind,
        "occurred_at": NOON,
        "received_at": NOON,
        "historical": False,
        "test": False,
    }
    return DeviceEvent(**{**fields, **changes})  # type: ignore[arg-type]
