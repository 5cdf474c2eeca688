"""The desk's people: they take in seconds or never, call, send somebody, hand over, forget, close, and think again.

They see what the desk shows - committed incidents - and act through the same commands as the API.
"""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from alerts.actors import Actor
from alerts.incidents import Disposition, Incident, IncidentState
from alerts.incidents.commands import (
    Acknowledge,
    AddNote,
    ChangeSeverity,
    Close,
    Command,
    ConfirmTest,
    HandOver,
    LogContactAttempt,
    Reopen,
    SetArrived,
    SetResponding,
)
from alerts.severity import Severity
from hub.simulation.chance import Chance
from hub.simulation.scheduler import Scheduler
from hub.simulation.world import Operator

#: Whoever missed an incident looks at the list again after about this.
_LOOKS_AGAIN_S = 1800.0


class Desk(Protocol):
    """What the desk offers to whoever sits there."""

    def incident(self, incident_id: UUID) -> Incident | None:
        """As the desk shows it now."""

    def open_incidents(self) -> list[UUID]:
        """All that are not closed, the oldest first."""

    def act(self, incident_id: UUID, command: Command, then: Callable[[Incident | None], None]) -> None:
        """Do something to an incident; `then` gets it as it is afterwards, None where it was refused."""


class Operators:
    """Everybody who works at the desk, in their shifts."""

    def __init__(
        self, operators: tuple[Operator, ...], zone: ZoneInfo, desk: Desk, scheduler: Scheduler, chance: Chance
    ) -> None:
        self._operators = operators
        self._zone = zone
        self._desk = desk
        self._scheduler = scheduler
        self._chance = chance
        self._glances: set[tuple[UUID, int, str]] = set()
        scheduler.after(3600.0, "shift", self._begin_shift)

    def see(self, incident_id: UUID, incident: Incident) -> None:
        """An incident is on the screen, new or changed."""
        if incident.state is not IncidentState.OPEN:
            return
        for operator in self._operators:
            if operator.is_there(self._scheduler.now, self._zone):
                self._plan_glance(operator, incident_id, incident)

    def _begin_shift(self) -> None:
        """Whoever comes looks at what is open."""
        for incident_id in self._desk.open_incidents():
            incident = self._desk.incident(incident_id)
            if incident is not None:
                self.see(incident_id, incident)
        self._scheduler.after(3600.0, "shift", self._begin_shift)

    def _plan_glance(self, operator: Operator, incident_id: UUID, incident: Incident) -> None:
        glance = (incident_id, incident.ladder.run, operator.actor.id)
        if glance in self._glances:
            return
        self._glances.add(glance)
        misses = self._chance.happens(operator.habits.misses)
        delay_s = self._chance.takes_s(_LOOKS_AGAIN_S if misses else operator.habits.takes_within_s)
        self._scheduler.after(delay_s, "glance", lambda: self._glance(operator, incident_id, glance))

    def _glance(self, operator: Operator, incident_id: UUID, glance: tuple[UUID, int, str]) -> None:
        self._glances.discard(glance)
        incident = self._desk.incident(incident_id)
        if incident is None or incident.state is not IncidentState.OPEN:
            return
        if not operator.is_there(self._scheduler.now, self._zone):
            return  # gone home; whoever comes looks at the list
        command: Command = Acknowledge(actor=operator.actor)
        if incident.test_pending_until is not None and self._chance.happens(0.7):
            command = ConfirmTest(actor=operator.actor)
        elif self._chance.happens(0.03):
            command = Close(actor=operator.actor, disposition=Disposition.FALSE, note="seen from the desk")
        self._desk.act(incident_id, command, lambda taken: self._taken(operator, incident_id, taken))

    def _taken(self, operator: Operator, incident_id: UUID, incident: Incident | None) -> None:
        if incident is None or incident.state is not IncidentState.ACKNOWLEDGED:
            return
        if not self._chance.happens(operator.habits.forgets):
            self._work(operator, incident_id)

    def _work(self, operator: Operator, incident_id: UUID) -> None:
        """Call; then send somebody, hand over, or close."""
        actor, habits, chance = operator.actor, operator.habits, self._chance
        outcome = chance.choice(("reached", "no_answer", "busy"))
        called_s = chance.takes_s(45.0)
        self._do(called_s, incident_id, LogContactAttempt(actor=actor, params={"outcome": outcome}))
        if chance.happens(habits.changes_severity):
            changed = ChangeSeverity(actor=actor, severity=chance.choice(tuple(Severity)), reason="as it turned out")
            self._do(called_s + 10.0, incident_id, changed)
        if chance.happens(0.1):
            self._do(called_s + 20.0, incident_id, AddNote(actor=actor, text="rang twice"))
        if chance.happens(habits.hands_over):
            self._hand_over(operator, incident_id, called_s + chance.takes_s(60.0))
        elif chance.happens(habits.sends_somebody):
            self._send(operator, incident_id, called_s + chance.takes_s(90.0))
        else:
            self._close(operator, incident_id, called_s + chance.takes_s(120.0))

    def _send(self, operator: Operator, incident_id: UUID, after_s: float) -> None:
        chance, params = self._chance, {"name": "responder"}
        self._do(after_s, incident_id, SetResponding(actor=operator.actor, params=params))
        if chance.happens(0.15):
            return  # nobody heard of them again
        there_s = after_s + chance.takes_s(1500.0)
        self._do(there_s, incident_id, SetArrived(actor=operator.actor, params=params))
        self._close(operator, incident_id, there_s + chance.takes_s(900.0))

    def _hand_over(self, operator: Operator, incident_id: UUID, after_s: float) -> None:
        others = [other for other in self._operators if other is not operator]
        if not others:
            return
        other = self._chance.choice(others)
        note = "please" if self._chance.happens(0.5) else None
        command = HandOver(actor=operator.actor, to=other.actor, note=note)

        def go_on(given: Incident | None) -> None:
            if given is not None and not self._chance.happens(other.habits.forgets):
                self._work(other, incident_id)

        self._scheduler.after(after_s, "hand over", lambda: self._desk.act(incident_id, command, go_on))

    def _close(self, operator: Operator, incident_id: UUID, after_s: float) -> None:
        disposition = self._chance.choice((Disposition.REAL, Disposition.FALSE, Disposition.OTHER))
        command = Close(actor=operator.actor, disposition=disposition, may_override=self._chance.happens(0.2))

        def think_again(closed: Incident | None) -> None:
            if closed is not None and self._chance.happens(operator.habits.reopens):
                self._do(self._chance.takes_s(300.0), incident_id, Reopen(actor=operator.actor, note="not over"))

        self._scheduler.after(after_s, "close", lambda: self._desk.act(incident_id, command, think_again))

    def _do(self, after_s: float, incident_id: UUID, command: Command) -> None:
        def do() -> None:
            incident = self._desk.incident(incident_id)
            if incident is not None and _still_wants(incident, command):
                self._desk.act(incident_id, command, lambda _after: None)

        self._scheduler.after(after_s, "work", do)


def _still_wants(incident: Incident, command: Command) -> bool:
    """Nobody goes on working on what they see closed, or held by another - but for reopening what they closed."""
    actor: Actor | None = getattr(command, "actor", None)
    if isinstance(command, Reopen):
        return incident.state is IncidentState.CLOSED
    return incident.state is IncidentState.OPEN or incident.acknowledged_by == actor
