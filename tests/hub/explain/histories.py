"""Histories of one incident, made by the core: its commands as they are written, its row as they leave it, its log."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from alerts.actors import Actor, ActorType, Person
from alerts.decisions import Notify, RaiseAlert, Record
from alerts.escalation.steps import Reachable
from alerts.explanation import Explanation
from alerts.incidents import Disposition, Incident
from alerts.incidents.applying import apply
from alerts.incidents.commands import (
    INCIDENT_RULES_VERSION,
    Acknowledge,
    Close,
    Command,
    Join,
    LogContactAttempt,
    Open,
    PassHoldDeadline,
    SetResponding,
    TakeStep,
)
from alerts.incidents.written import write_command
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from hub.explain.gathered import About, Gathered, ToldAlert
from hub.storage.explanations import AlertRow, TextRow
from hub.storage.kept_incidents import CommandRow, KeptAlert, KeptIncident
from hub.storage.views import NamedView
from tests.alerts.every_explanation import explanation_of
from tests.alerts.worlds import NOON, RECIPIENT, policy

INCIDENT_ID = UUID(int=1)
WATCH = "00000000-0000-0000-0000-0000000000aa"
RADAR = "00000000-0000-0000-0000-0000000000bb"
WANG = Actor(type=ActorType.OPERATOR, id="wang", name="王值班")
LI = Person(type="contact", id="li", name="李强", phone="10000000001")
LADDER = policy((0, "desk"), (60, "next_contact"))


def explanation(code: str) -> Explanation:
    """As a rule gives it, by devices that have ids as the hub's have."""
    written = json.dumps(explanation_of(code).to_json())
    named = written.replace('"watch"', f'"{WATCH}"').replace('"radar"', f'"{RADAR}"')
    return Explanation.from_json(json.loads(named))


def alert(code: str, kind: IncidentKind = IncidentKind.FALL, severity: Severity = Severity.CRITICAL) -> RaiseAlert:
    return RaiseAlert(kind=kind, severity=severity, explanation=explanation(code), device_id=WATCH)


@dataclass
class History:
    """One incident that commands are done to, on a clock that the test moves."""

    now: datetime = NOON
    incident: Incident | None = None
    commands: list[CommandRow] = field(default_factory=list)
    log: list[tuple[datetime, Record]] = field(default_factory=list)
    alerts: list[ToldAlert] = field(default_factory=list)
    texts: list[TextRow] = field(default_factory=list)

    def does(self, command: Command) -> "History":
        """The next command, now."""
        outcome = apply(self.incident, command, self.now)
        self.incident = outcome.incident
        written = CommandRow(
            n=len(self.commands) + 1,
            at=self.now,
            rules_version=INCIDENT_RULES_VERSION,
            command=json.loads(json.dumps(write_command(command))),
        )
        self.commands.append(written)
        self.log += [(self.now, duty) for duty in outcome.duties if isinstance(duty, Record)]
        self.texts += [self._text(duty) for duty in outcome.duties if isinstance(duty, Notify)]
        return self

    def opens(self, code: str = "sos_pressed", *, superseded: tuple[str, ...] = (), **changes: Any) -> "History":
        """The incident begins."""
        raised = replace(alert(code), **changes)
        self.alerts.append(self.alert_row(raised.explanation))
        opening = Open(
            incident_id=str(INCIDENT_ID), subject=RECIPIENT, alert=raised, policy=LADDER, superseded=superseded
        )
        return self.does(opening)

    def joins(self, code: str, **changes: Any) -> "History":
        """A further alert."""
        raised = replace(alert(code), **changes)
        self.alerts.append(self.alert_row(raised.explanation))
        return self.does(Join(alert=raised))

    def after(self, seconds: float) -> "History":
        self.now += timedelta(seconds=seconds)
        return self

    def due(self, late_s: float = 0.0) -> "History":
        """What is due is done, so late."""
        assert self.incident is not None
        assert self.incident.due_at is not None
        self.now = self.incident.due_at + timedelta(seconds=late_s)
        if self.incident.acknowledged_by is not None:
            return self.does(PassHoldDeadline())
        return self.does(TakeStep(reachable=Reachable(contacts=(LI,))))

    def alert_row(self, said: Explanation, **changes: Any) -> ToldAlert:
        fields: dict[str, Any] = {
            "id": UUID(int=100 + len(self.alerts)),
            "kind": "fall",
            "severity": "high",
            "state": "active",
            "device_id": UUID(WATCH),
            "device_kind": "smartwatch",
            "event": "fall_suspected",
            "event_id": "e-1",
            "occurred_at": self.now,
            "device_occurred_at": self.now,
            "quality": "device",
            "received_at": self.now,
            "cleared_at": None,
            "late": False,
            "test": False,
            "explanation": said.to_json(),
        }
        return ToldAlert(row=AlertRow(**{**fields, **changes}), explanation=said)

    def _text(self, duty: Notify) -> TextRow:
        delivered = {"state": "delivered", "reason": None, "received_at": self.now + timedelta(seconds=3)}
        attempt = {
            "number": 1,
            "channel": "smpp",
            "state": "delivered",
            "submitted_at": self.now + timedelta(seconds=1),
            "at": self.now + timedelta(seconds=3),
            "reason": None,
            "repeats_unknown": False,
            "receipts": [delivered],
        }
        return TextRow(
            id=UUID(int=1000 + len(self.texts)),
            person_name=duty.person.name,
            person_type=duty.person.type,
            destination_masked="100****0001",
            state="delivered",
            step={"run": duty.run, "round": duty.round, "step": duty.step, "target": duty.target},
            created_at=self.now,
            text=None,
            attempts=[attempt],
        )

    @property
    def kept(self) -> KeptIncident:
        assert self.incident is not None
        return KeptIncident(
            incident=self.incident,
            division_id="990101000000",
            version=len(self.commands),
            commands=tuple(self.commands),
            log=tuple(self.log),
            alerts=tuple(KeptAlert(id=alert.row.id, explanation=alert.explanation) for alert in self.alerts),
        )

    def gathered(self, qualities: Sequence[tuple[str, datetime, str]] = ()) -> Gathered:
        """As it is read for an explanation."""
        about = About(
            id=INCIDENT_ID,
            code=327,
            recipient=NamedView(id=UUID(int=2), name="示例老人"),
            division_id="990101000000",
            place="幸福镇 一村 12 号",
        )
        return Gathered(
            about=about,
            kept=self.kept,
            alerts=self.alerts,
            texts=self.texts,
            device_kinds={WATCH: "smartwatch", RADAR: "fall_radar"},
            qualities={(device_id, at): quality for device_id, at, quality in qualities},
        )


def a_night() -> History:
    """A suspicion that became certain, was told, taken late, answered and closed."""
    history = History()
    suspicion = history.alert_row(explanation("fall_suspected"))
    history.alerts.append(suspicion)
    history.after(12).opens("fall_confirmed", superseded=(str(suspicion.row.id),))
    history.due().due(late_s=4.5)
    history.after(5).does(Acknowledge(actor=WANG))
    history.after(20).does(LogContactAttempt(actor=WANG, params={"who": "李强", "outcome": "reached"}))
    history.after(5).does(SetResponding(actor=WANG, params={"name": "孙医生", "eta_minutes": 10}))
    return history.after(900).does(Close(actor=WANG, disposition=Disposition.REAL, note="送医"))
