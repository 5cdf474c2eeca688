"""What every command does to an incident at each place of its life."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from alerts.actors import Actor, ActorType
from alerts.incidents import Disposition, Incident, RefusedError
from alerts.incidents.applying import apply
from alerts.incidents.commands import (
    Acknowledge,
    AnswerGoing,
    Close,
    Command,
    Decline,
    LogContactAttempt,
    Open,
    SetArrived,
    SetResponding,
    TakeIn,
)
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from tests.alerts.approved.plainly import plainly
from tests.alerts.test_commands import LI, ONE_OF_EACH
from tests.alerts.worlds import NOON, RECIPIENT, WANG, ZHAO, opened, policy, sos_alert

_LADDER = policy((0, "desk"), (60, "next_contact"), (60, "contacts"), repeat=2)
_SOON = NOON + timedelta(minutes=2)
_THEN = NOON + timedelta(minutes=5)
_CHEN = Actor(type=ActorType.CAREGIVER, id="chen", name="陈")

#: Commands beside those of which there is an example: without what is optional, and of somebody else.
_MORE: tuple[Command, ...] = (
    SetResponding(actor=WANG, params={}),
    SetArrived(actor=ZHAO, params={}),
    AnswerGoing(actor=_CHEN, text="我去"),
    Decline(actor=_CHEN, repeated=False),
    Open(
        incident_id="incident-1",
        subject=RECIPIENT,
        alert=replace(sos_alert(), in_test_window=True, device_id="device-1"),
        policy=_LADDER,
    ),
    TakeIn(actor=WANG, from_id="incident-3", from_code=353, kind=IncidentKind.INACTIVITY, severity=Severity.LOW),
    Close(actor=WANG, disposition=Disposition.OTHER, note="另有安排"),
)


def _given(command: Command, incident: Incident) -> Incident:
    moved = apply(incident, command, _SOON).incident
    assert moved is not None
    return moved


def standings() -> dict[str, Incident | None]:
    """An incident at each place of its life."""
    fresh = opened(_LADDER)
    held = _given(Acknowledge(actor=WANG), fresh)
    called = _given(LogContactAttempt(actor=WANG, params={"outcome": "reached"}), held)
    there = _given(
        SetArrived(actor=WANG, params={"name": "孙"}), _given(SetResponding(actor=WANG, params={"name": "孙"}), held)
    )
    return {
        "none": None,
        "open": fresh,
        "milder": replace(fresh, severity=Severity.MEDIUM),
        "sounding again": replace(held, sounding=True),
        "held": held,
        "called": called,
        "of a caregiver": _given(AnswerGoing(actor=LI, text="1"), fresh),
        "arrived": there,
        "closed": _given(Close(actor=WANG, disposition=Disposition.TEST, note="?"), called),
    }


def moves_of_every_command() -> dict[str, Any]:
    """By standing and command: the incident afterwards and what is to be done, or the refusal."""
    return {
        f"{standing}: {name}": _outcome(incident, command)
        for standing, incident in standings().items()
        for name, command in _named()
    }


def _named() -> Iterator[tuple[str, Command]]:
    """Each by its type, the second of a type with its number."""
    met: Counter[str] = Counter()
    for command in (*ONE_OF_EACH, *_MORE):
        name = type(command).__name__
        met[name] += 1
        yield (name if met[name] == 1 else f"{name} {met[name]}"), command


def _outcome(incident: Incident | None, command: Command) -> Any:
    try:
        outcome = plainly(apply(incident, command, _THEN))
    except RefusedError as refused:
        return {"refused": refused.code, "holder": plainly(refused.holder), "params": plainly(refused.params)}
    except ValueError as impossible:
        return {"impossible": str(impossible)}
    before, after = plainly(incident) or {}, outcome["incident"]
    # What has not changed need not be read again.
    outcome["incident"] = {name: after.get(name) for name in {**before, **after} if before.get(name) != after.get(name)}
    return outcome
