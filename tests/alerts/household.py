"""A household in a test: incidents of one recipient, passed in the order of their deadlines, and whom each has told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.actors import Person
from alerts.decisions import CancelNotifications, Notify, RaiseAlert, Record
from alerts.escalation.linked import LinkedIncident, Told
from alerts.escalation.policy import EscalationPolicy
from alerts.escalation.reachable import Reachable
from alerts.explanation import Explanation
from alerts.incidents import Incident, IncidentState, Outcome
from alerts.incidents.applying import apply
from alerts.incidents.commands import Command, Open, PassHoldDeadline, TakeStep
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from tests.alerts.worlds import NOON, RECIPIENT


@dataclass(frozen=True)
class Line:
    """What one incident did at one moment, in seconds since noon."""

    at_s: float
    incident: str
    code: str
    people: tuple[str, ...] = ()


class Household:
    """The incidents of one recipient and who can be told; texts leave at once, unless `texts_leave` is off."""

    def __init__(self, reachable: Reachable) -> None:
        self.reachable = reachable
        self.incidents: dict[str, Incident] = {}
        self.lines: list[Line] = []
        self.texts_leave = True
        self._told: dict[str, list[Told]] = {}

    def open(
        self,
        name: str,
        kind: IncidentKind,
        severity: Severity,
        policy: EscalationPolicy,
        at_s: float = 0,
        *,
        in_test_window: bool = False,
    ) -> None:
        """A first alert of this kind."""
        alert = RaiseAlert(
            kind=kind,
            severity=severity,
            explanation=Explanation(code="sos_pressed"),
            in_test_window=in_test_window,
        )
        opening = Open(incident_id=name, subject=RECIPIENT, alert=alert, policy=policy)
        self._keep(name, apply(None, opening, _at(at_s)), at_s)

    def do(self, name: str, command: Command, at_s: float) -> Outcome:
        """Everything due before that moment, and then the command."""
        self.run_until(at_s, inclusive=False)
        outcome = apply(self.incidents[name], command, _at(at_s))
        self._keep(name, outcome, at_s)
        return outcome

    def run_until(self, at_s: float, *, inclusive: bool = True) -> None:
        """Pass every deadline up to that moment, each exactly when it is due."""
        until = _at(at_s)
        while True:
            due = [(one.due_at, one.id) for one in self.incidents.values() if one.due_at is not None]
            due_at, name = min(due, default=(None, ""))
            if due_at is None or due_at > until or (due_at == until and not inclusive):
                return
            self.pass_deadline(name, (due_at - NOON).total_seconds())

    def pass_deadline(self, name: str, at_s: float) -> None:
        """The deadline of one incident, at this moment."""
        incident = self.incidents[name]
        command: Command = PassHoldDeadline()
        if incident.state is IncidentState.OPEN:
            others = [one for one in self.incidents.values() if one.id != name]
            command = TakeStep(
                reachable=self.reachable,
                linked=tuple(LinkedIncident.of(one) for one in others if one.state is IncidentState.OPEN),
                told=tuple(told for one in others for told in self._told.get(one.id, [])),
            )
        self._keep(name, apply(incident, command, _at(at_s)), at_s)

    def told(self, name: str) -> list[tuple[float, tuple[str, ...]]]:
        """(seconds, people) of every step of this incident that told somebody."""
        return [(line.at_s, line.people) for line in self.lines if line.incident == name and line.people]

    def codes(self, name: str) -> list[tuple[float, str]]:
        """(seconds, code) of every line of this incident's log."""
        return [(line.at_s, line.code) for line in self.lines if line.incident == name]

    def _keep(self, name: str, outcome: Outcome, at_s: float) -> None:
        incident = outcome.incident
        self.incidents[name] = incident
        people: list[str] = []
        for duty in outcome.duties:
            match duty:
                case Record(code=code):
                    self.lines.append(Line(at_s, name, code))
                case Notify(person=person):
                    people.append(person.name)
                    told = Told(number=person.phone or "", severity=incident.severity, at=_at(at_s))
                    self._told.setdefault(name, []).append(told)
                case CancelNotifications():
                    if not self.texts_leave:
                        self._told[name] = []
                case _:
                    pass
        if people:
            self.lines.append(Line(at_s, name, "told", tuple(people)))


def people(*names: str) -> tuple[Person, ...]:
    """One contact each, with a number of their own."""
    return tuple(Person(type="contact", id=name, name=name, phone=f"100000{ord(name[0]):05d}") for name in names)


def _at(at_s: float) -> datetime:
    return NOON + timedelta(seconds=at_s)
