"""Replaying: the commands alone give the incident and its log again."""

import json
from datetime import datetime, timedelta

import pytest

from alerts.decisions import Record
from alerts.escalation.steps import Reachable
from alerts.incidents import Disposition, Incident, IncidentState
from alerts.incidents.applying import apply
from alerts.incidents.commands import (
    INCIDENT_RULES_VERSION,
    Acknowledge,
    Close,
    Command,
    HandOver,
    Join,
    LogContactAttempt,
    Open,
    PassHoldDeadline,
    Reopen,
    SetResponding,
    TakeStep,
)
from alerts.incidents.replay import AppliedCommand, ReplayError, log_of, replay
from alerts.incidents.written import read_command, write_command
from tests.alerts.worlds import NOON, RECIPIENT, WANG, ZHAO, person, policy, seconds, sos_alert

NIGHT: tuple[tuple[float, Command], ...] = (
    (
        0,
        Open(
            incident_id="incident-1",
            subject=RECIPIENT,
            alert=sos_alert(),
            policy=policy((0, "desk"), (60, "next_contact"), (60, "leader"), repeat=1),
        ),
    ),
    (0.1, TakeStep(reachable=Reachable())),
    (60.2, TakeStep(reachable=Reachable(contacts=(person("li"), person("chen"))))),
    (70, Join(alert=sos_alert())),
    (80, Acknowledge(actor=WANG)),
    (200, PassHoldDeadline()),
    (210, LogContactAttempt(actor=WANG, params={"outcome": "no_answer"})),
    (211, HandOver(actor=WANG, to=ZHAO, note="交接")),
    (220, SetResponding(actor=ZHAO, params={"name": "孙"})),
    (220 + 45 * 60, PassHoldDeadline()),
    (3_000, TakeStep(reachable=Reachable(leader=(person("zhou"),)))),
    (3_100, Close(actor=ZHAO, disposition=Disposition.REAL, note=None)),
    (3_200, Reopen(actor=ZHAO, note="还在")),
)


def _live(night: tuple[tuple[float, Command], ...]) -> tuple[list[AppliedCommand], list[Incident], list[Record]]:
    """As the hub does it: each command under the lock, kept as JSON."""
    incident: Incident | None = None
    kept, stood, log = [], [], []
    for n, (after_s, command) in enumerate(night, start=1):
        at = NOON + timedelta(seconds=after_s)
        outcome = apply(incident, command, at)
        incident = outcome.incident
        stood.append(incident)
        log += [duty for duty in outcome.duties if isinstance(duty, Record)]
        kept.append(_applied(n, at, read_command(json.loads(json.dumps(write_command(command))))))
    return kept, stood, log


def _applied(n: int, at: datetime, command: Command, version: int = INCIDENT_RULES_VERSION) -> AppliedCommand:
    return AppliedCommand(n=n, at=at, rules_version=version, command=command)


def test_the_commands_of_a_night_give_every_state_it_had_and_every_line_of_its_log() -> None:
    kept, stood, log = _live(NIGHT)
    happened = replay(kept)
    assert [one.incident for one in happened] == stood
    assert stood[-1].state is IncidentState.OPEN
    assert [record for _, record in log_of(happened)] == log


def test_the_lines_of_a_log_carry_the_moments_of_their_commands() -> None:
    kept, _, _ = _live(NIGHT)
    lines = log_of(replay(kept))
    assert [at for at, record in lines if record.code in {"handed_over", "note"}] == [NOON + seconds(211)] * 2


def test_a_version_it_does_not_know_is_said() -> None:
    kept, _, _ = _live(NIGHT)
    later = INCIDENT_RULES_VERSION + 1
    strange = [kept[0], _applied(2, kept[1].at, kept[1].command, later)]
    with pytest.raises(ReplayError, match=f"command 2 was decided by rules of version {later}"):
        replay(strange)


def test_a_command_that_is_missing_is_said() -> None:
    kept, _, _ = _live(NIGHT)
    with pytest.raises(ReplayError, match="command 3 is missing"):
        replay([*kept[:2], *kept[3:]])


def test_a_command_that_the_rules_refuse_is_said() -> None:
    kept, _, _ = _live(NIGHT)
    refused = [kept[0], _applied(2, kept[1].at, Reopen(actor=WANG))]
    with pytest.raises(ReplayError, match="command 2 is refused: not_closed"):
        replay(refused)
