"""Commands: one way in, and JSON that says the same when it is read again."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from alerts.actors import Actor, ActorType, Person
from alerts.decisions import Notify, Record
from alerts.escalation.linked import LinkedIncident, Told
from alerts.escalation.steps import Reachable
from alerts.explanation import Explanation
from alerts.incidents import (
    Disposition,
    FalseCause,
    Incident,
    IncidentState,
    Outcome,
    RefusedError,
    acknowledge,
    written,
)
from alerts.incidents.applying import apply
from alerts.incidents.commands import (
    COMMANDS,
    Acknowledge,
    AddNote,
    AdoptPolicy,
    AnswerGoing,
    ChangeSeverity,
    Close,
    Command,
    ConfirmTest,
    Decline,
    GiveBack,
    HandOver,
    Join,
    LeaveDesk,
    LogContactAttempt,
    MergeInto,
    NoteCleared,
    Open,
    PassHoldDeadline,
    Reopen,
    SetArrived,
    SetResponding,
    TakeIn,
    TakeStep,
)
from alerts.incidents.written import UnreadableCommandError, read_command, write_command
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from tests.alerts.worlds import NOON, RECIPIENT, WANG, ZHAO, opened, person, policy, seconds, sos_alert

LI = Actor(type=ActorType.CAREGIVER, id="li", name="李")
CHEN = Actor(type=ActorType.CAREGIVER, id="chen", name="陈")

ONE_OF_EACH: tuple[Command, ...] = (
    Open(
        incident_id="incident-1",
        subject=RECIPIENT,
        alert=replace(sos_alert(), late=True, device_id="device-1"),
        policy=policy((0, "desk"), (90.5, "next_contact")),
    ),
    Join(alert=replace(sos_alert(), explanation=Explanation(code="sos_pressed", params={"a": 1, "b": 1.5, "c": None}))),
    NoteCleared(explanation=Explanation(code="sos_cancelled", params={"by": "wearer"})),
    Acknowledge(actor=WANG),
    LeaveDesk(),
    HandOver(actor=WANG, to=ZHAO, note="交接", code="shift_ended"),
    GiveBack(code="shift_ended"),
    LogContactAttempt(actor=WANG, params={"outcome": "no_answer"}),
    AddNote(actor=WANG, text="邻居去看"),
    SetResponding(actor=WANG, params={"name": "孙", "eta_minutes": 10}),
    SetArrived(actor=WANG, params={"name": "孙"}),
    ChangeSeverity(actor=WANG, severity=Severity.MEDIUM, reason="本人说没事"),
    AdoptPolicy(actor=WANG, policy=replace(policy((0, "desk")), version=3)),
    AnswerGoing(actor=LI, text="1"),
    Decline(actor=LI, repeated=True),
    Close(actor=WANG, disposition=Disposition.REAL, note="送医", may_override=True),
    ConfirmTest(actor=ZHAO, note="安装", may_override=True),
    Close(actor=WANG, disposition=Disposition.FALSE, cause=FalseCause.PRESSED_BY_MISTAKE),
    MergeInto(actor=WANG, into_id="incident-2", into_code=352, responding=True, may_override=True),
    TakeIn(actor=WANG, from_id="incident-3", from_code=353, kind=IncidentKind.FALL, severity=Severity.CRITICAL),
    Reopen(actor=WANG, note="误点"),
    TakeStep(
        reachable=Reachable(contacts=(person("li"), person("chen", None))),
        linked=(
            LinkedIncident(
                id="i-2",
                kind=IncidentKind.FALL,
                severity=Severity.HIGH,
                opened_at=NOON,
                tells=("desk", "contacts"),
                due_at=NOON,
            ),
        ),
        told=(Told(number="10000000001", severity=Severity.HIGH, at=NOON),),
    ),
    PassHoldDeadline(),
)


def _codes(outcome: Outcome) -> list[str]:
    return [duty.code for duty in outcome.duties if isinstance(duty, Record)]


def test_every_command_has_a_name_and_an_example() -> None:
    assert set(COMMANDS.values()) == set(get_args(Command))
    assert {type(command) for command in ONE_OF_EACH} == set(get_args(Command))


@pytest.mark.parametrize("command", ONE_OF_EACH, ids=lambda command: type(command).__name__)
def test_a_command_read_again_is_the_same(command: Command) -> None:
    # How a type is written is found out once a process: here as in one that has just begun.
    written._codec.cache_clear()
    assert read_command(write_command(command)) == command


def test_what_is_written_is_plain_json_with_durations_in_seconds_and_times_in_utc() -> None:
    opening = write_command(ONE_OF_EACH[0])
    assert opening["command"] == "open"
    assert [step["after"] for step in opening["policy"]["steps"]] == [0.0, 90.5]
    step = write_command(ONE_OF_EACH[-2])
    assert step["linked"][0]["opened_at"] == "2026-11-22T04:00:00+00:00"


def test_a_field_that_has_its_default_is_left_out() -> None:
    assert write_command(TakeStep(reachable=Reachable())) == {"command": "take_step", "reachable": {}}


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"command": "vanish"},
        {"command": "acknowledge"},
        {"command": "pass_hold_deadline", "why": "?"},
        {"command": "add_note", "actor": {"type": "operator", "id": "1", "name": "1"}, "text": 7},
        {"command": "decline", "actor": {"type": "operator", "id": "1", "name": "1"}, "repeated": 1},
        {"command": "acknowledge", "actor": {"type": "ghost", "id": "1", "name": "1"}},
        {"command": "take_step", "reachable": {}, "linked": [{"id": "1", "kind": "sos", "severity": "high"}]},
    ],
)
def test_what_is_not_a_command_is_said_and_not_guessed(written: dict[str, object]) -> None:
    with pytest.raises(UnreadableCommandError):
        read_command(written)


def test_only_open_begins_an_incident_and_only_once() -> None:
    first = apply(None, ONE_OF_EACH[0], NOON).incident
    assert (first.id, first.state) == ("incident-1", IncidentState.OPEN)
    with pytest.raises(ValueError, match="begins with Open"):
        apply(None, Acknowledge(actor=WANG), NOON)
    with pytest.raises(ValueError, match="opens once"):
        apply(first, ONE_OF_EACH[0], NOON)


@pytest.mark.parametrize(
    "command",
    [Join(alert=sos_alert()), NoteCleared(explanation=Explanation(code="x")), TakeStep(reachable=Reachable())],
)
def test_a_closed_incident_takes_no_alert_and_no_step(command: Command) -> None:
    closed = apply(opened(), Close(actor=WANG, disposition=Disposition.FALSE), NOON).incident
    with pytest.raises(RefusedError):
        apply(closed, command, NOON)


def test_a_step_and_a_hold_deadline_are_each_for_their_own_state() -> None:
    incident = opened()
    taken = apply(incident, Acknowledge(actor=WANG), NOON).incident
    with pytest.raises(RefusedError):
        apply(taken, TakeStep(reachable=Reachable()), NOON)
    with pytest.raises(RefusedError):
        apply(incident, PassHoldDeadline(), NOON)
    assert apply(taken, PassHoldDeadline(), NOON + seconds(120)).incident.sounding


def test_a_step_reads_who_is_reachable_from_its_command_alone() -> None:
    incident = opened(policy((0, "contacts")))
    outcome = apply(incident, TakeStep(reachable=Reachable(contacts=(person("li"),))), NOON)
    assert [duty.person.name for duty in outcome.duties if isinstance(duty, Notify)] == ["li"]


def test_a_note_goes_into_the_log_with_the_hand_over() -> None:
    taken = apply(opened(), Acknowledge(actor=WANG), NOON).incident
    outcome = apply(taken, HandOver(actor=WANG, to=ZHAO, note="交接"), NOON)
    assert (_codes(outcome), outcome.incident.acknowledged_by) == (["handed_over", "note"], ZHAO)


# --- Caregivers ----------------------------------------------------------------------------------------------------


def test_a_caregiver_who_goes_takes_it() -> None:
    outcome = apply(opened(), AnswerGoing(actor=LI, text="1"), NOON)
    assert (outcome.incident.acknowledged_by, outcome.incident.responder_name) == (LI, "李")


def test_of_two_who_go_the_second_is_a_note() -> None:
    first = apply(opened(), AnswerGoing(actor=LI, text="1"), NOON).incident
    second = apply(first, AnswerGoing(actor=CHEN, text="1"), NOON)
    assert (_codes(second), second.incident.acknowledged_by) == (["note"], LI)


def test_a_caregiver_whose_incident_was_closed_meanwhile_is_told_that() -> None:
    first = apply(opened(), AnswerGoing(actor=LI, text="1"), NOON).incident
    closed = apply(first, Close(actor=LI, disposition=Disposition.REAL), NOON).incident
    with pytest.raises(RefusedError, match="closed"):
        apply(closed, AnswerGoing(actor=CHEN, text="1"), NOON)


def test_who_declines_sends_the_ladder_on_once() -> None:
    incident = opened(policy((60, "contacts")))
    later = NOON + timedelta(seconds=10)
    assert apply(incident, Decline(actor=LI), later).incident.due_at == later
    assert apply(incident, Decline(actor=LI, repeated=True), later).incident.due_at == incident.due_at


def test_who_declines_leaves_the_clock_of_the_holder_alone() -> None:
    taken: Incident = acknowledge(opened(), WANG, NOON).incident
    outcome = apply(taken, Decline(actor=LI), NOON + seconds(30))
    assert (outcome.incident, _codes(outcome)) == (taken, ["contact_attempt"])


def test_people_are_written_with_what_they_can_be_told_by() -> None:
    step = TakeStep(reachable=Reachable(leader=(Person(type="leader", id="1", name="周", phone="10000000001"),)))
    assert write_command(step)["reachable"]["leader"] == [
        {"type": "leader", "id": "1", "name": "周", "phone": "10000000001"}
    ]
