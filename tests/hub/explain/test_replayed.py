"""A replay says `same` only when the row, its deadline and every line of the log are what the commands give."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from alerts.actors import Actor, ActorType
from alerts.decisions import Record
from alerts.incidents import Incident
from alerts.incidents.commands import Acknowledge
from alerts.severity import Severity
from hub.explain.replayed import ReplayEnd, replay_kept
from hub.storage.kept_incidents import KeptIncident
from tests.alerts.worlds import NOON
from tests.hub.explain.histories import WANG, History, a_night


def end_of(kept: KeptIncident) -> tuple[ReplayEnd, str | None]:
    replayed = replay_kept(kept)
    return replayed.end, None if replayed.difference is None else replayed.difference.where


def test_what_was_done_again_is_the_same() -> None:
    assert end_of(a_night().kept) == (ReplayEnd.SAME, None)
    assert end_of(History().opens().due().kept) == (ReplayEnd.SAME, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("severity", Severity.LOW),
        ("due_at", NOON + timedelta(seconds=1)),
        ("deadline", None),
        ("sounding", False),
        ("last_alert_at", NOON - timedelta(microseconds=1)),
    ],
)
def test_a_row_that_says_something_else_differs(field: str, value: Any) -> None:
    kept = History().opens().due().kept
    changed: Incident = replace(kept.incident, **{field: value})
    assert end_of(replace(kept, incident=changed)) == (ReplayEnd.DIFFERS, field)


def test_both_sides_of_a_difference_are_shown() -> None:
    kept = History().opens().kept
    replayed = replay_kept(replace(kept, incident=replace(kept.incident, severity=Severity.LOW)))
    assert str(replayed) == "differs severity: replayed critical, kept low"


def test_a_line_that_is_missing_added_or_another_differs() -> None:
    kept = a_night().kept
    added = (*kept.log, (NOON, Record(code="note", params={"text": "?"})))
    assert end_of(replace(kept, log=added)) == (ReplayEnd.DIFFERS, "lines in the log")
    assert end_of(replace(kept, log=kept.log[:-1])) == (ReplayEnd.DIFFERS, "lines in the log")
    at, line = kept.log[2]
    for other in (
        (at + timedelta(microseconds=1), line),
        (at, replace(line, code="note")),
        (at, replace(line, params={"step": 9})),
        (at, replace(line, actor=Actor(type=ActorType.MACHINE, id="x", name="x"))),
    ):
        assert end_of(replace(kept, log=(*kept.log[:2], other, *kept.log[3:]))) == (ReplayEnd.DIFFERS, "log line 3")


def test_an_alert_that_no_command_brought_and_one_that_is_missing_differ() -> None:
    kept = a_night().kept
    suspected, confirmed = kept.alerts
    stranger = replace(confirmed, id=UUID(int=9))
    assert end_of(replace(kept, alerts=(suspected, confirmed, stranger))) == (ReplayEnd.DIFFERS, f"alert {stranger.id}")
    assert end_of(replace(kept, alerts=(suspected,))) == (ReplayEnd.DIFFERS, "alert of command 1")


def test_a_last_command_that_is_missing_is_found_though_it_changed_nothing() -> None:
    history = History().opens().does(Acknowledge(actor=WANG))
    kept = history.does(Acknowledge(actor=WANG)).kept
    assert end_of(kept) == (ReplayEnd.SAME, None)
    assert end_of(replace(kept, commands=kept.commands[:-1])) == (ReplayEnd.DIFFERS, "version")


def test_what_other_rules_decided_is_said_to_be_theirs() -> None:
    kept = a_night().kept
    first, second, *others = kept.commands
    replayed = replay_kept(replace(kept, commands=(first, replace(second, rules_version=0), *others)))
    assert (replayed.end, replayed.reason) == (ReplayEnd.OTHER_RULES, "0")


def test_a_command_that_is_missing_unknown_or_refused_cannot_be_replayed() -> None:
    kept = a_night().kept
    first, second, *others = kept.commands
    for commands in (
        (first, *others),
        (first, replace(second, command={"command": "never_heard_of"}), *others),
        (second, first, *others),
    ):
        replayed = replay_kept(replace(kept, commands=commands))
        assert replayed.end is ReplayEnd.NOT_REPLAYABLE
        assert replayed.reason


def test_an_incident_without_commands_is_from_before_they_were_kept() -> None:
    assert end_of(replace(a_night().kept, commands=(), version=0)) == (ReplayEnd.NOT_KEPT, None)
