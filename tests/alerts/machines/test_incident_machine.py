"""An incident through anything that alerts, people and time can do to it, in any order: what always holds."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from alerts.decisions import CancelNotifications, Duty, Notify, Record, Stage, TellDevices
from alerts.escalation.steps import Reachable
from alerts.incidents import (
    CALLED_AT_ONCE,
    RESPONDER_WITHIN,
    TRANSITIONS,
    Deadline,
    Incident,
    IncidentState,
    Move,
    RefusedError,
)
from alerts.incidents.applying import apply
from alerts.incidents.commands import (
    COMMANDS,
    INCIDENT_RULES_VERSION,
    Acknowledge,
    AddNote,
    AnswerGoing,
    ChangeSeverity,
    Close,
    Command,
    ConfirmTest,
    GiveBack,
    HandOver,
    Join,
    LeaveDesk,
    MergeInto,
    Open,
    PassHoldDeadline,
    Reopen,
    SetArrived,
    SetResponding,
    TakeIn,
    TakeStep,
)
from alerts.incidents.desk_left import waits_for_desk
from alerts.incidents.press_tests import CONFIRM_WITHIN
from alerts.incidents.replay import AppliedCommand, log_of, replay
from alerts.incidents.written import read_command, write_command
from alerts.kinds import IncidentKind
from tests.alerts.machines.asked import kinds, openings, reachables, requests
from tests.alerts.machines.effort import LONG, SHORT, seconds
from tests.alerts.worlds import NOON

OPEN, HELD, CLOSED = IncidentState.OPEN, IncidentState.ACKNOWLEDGED, IncidentState.CLOSED

#: By which moves of the table a command may change the state, one after the other.
MOVES: Mapping[type[Any], frozenset[tuple[Move, ...]]] = {
    Join: frozenset({(Move.JOIN,), (Move.RETURN_BY_ALERT,)}),
    Acknowledge: frozenset({(Move.ACKNOWLEDGE,)}),
    HandOver: frozenset({(Move.HAND_OVER,)}),
    GiveBack: frozenset({(Move.GIVE_BACK,)}),
    SetResponding: frozenset({(Move.ACKNOWLEDGE,)}),
    SetArrived: frozenset({(Move.ACKNOWLEDGE,)}),
    AnswerGoing: frozenset({(Move.ACKNOWLEDGE,)}),
    Close: frozenset({(Move.CLOSE,), (Move.ACKNOWLEDGE, Move.CLOSE)}),
    ConfirmTest: frozenset({(Move.CLOSE,), (Move.ACKNOWLEDGE, Move.CLOSE)}),
    MergeInto: frozenset({(Move.CLOSE,), (Move.ACKNOWLEDGE, Move.CLOSE)}),
    TakeIn: frozenset({(Move.ACKNOWLEDGE,)}),
    Reopen: frozenset({(Move.REOPEN,)}),
    PassHoldDeadline: frozenset({(Move.TIME_OUT,)}),
}


def refusal(command: Command, incident: Incident, now: datetime) -> str | None:
    """Why the incident's state does not let it happen, written down a second time; None: it happens."""
    state = incident.state
    by_another = state is HELD and incident.acknowledged_by != getattr(command, "actor", None)
    match command:
        case AddNote():
            return None
        case Reopen():
            return None if state is CLOSED else "not_closed"
        case TakeStep():
            return None if state is OPEN else "not_due"
        case LeaveDesk():
            return None if waits_for_desk(incident) else "not_due"
        case PassHoldDeadline():
            return None if state is HELD else "not_due"
        case HandOver() | GiveBack():
            return None if state is HELD else "not_held"
        case ConfirmTest() if incident.test_pending_until is None or now >= incident.test_pending_until:
            return "test_not_pending"
        case MergeInto(into_id=into_id) if into_id == incident.id:
            return "same"
        case _ if state is CLOSED:
            return "closed"
        case Acknowledge() if by_another:
            return "held"
        case Close(may_override=False) | ConfirmTest(may_override=False) | MergeInto(may_override=False) if by_another:
            return "held"
        case ChangeSeverity(severity=severity, reason=reason) if severity.rank > incident.severity.rank:
            return None if reason and reason.strip() else "reason_missing"
        case _:
            return None


class IncidentLife(RuleBasedStateMachine):
    """One incident. Commands are applied as the hub does it: each at its moment, and those that went are kept."""

    @initialize(data=st.data(), kind=kinds)
    def opens(self, data: st.DataObject, kind: IncidentKind) -> None:
        self.kind = kind
        self.now = NOON
        self.kept: list[AppliedCommand] = []
        self.stood: list[Incident] = []
        self.owed: list[tuple[Duty, ...]] = []
        self.sent: set[str] = set()
        self.is_reminded = False
        self._carry_out(data.draw(openings(kind)))

    @property
    def incident(self) -> Incident:
        return self.stood[-1]

    @rule(data=st.data())
    def somebody_asks(self, data: st.DataObject) -> None:
        command = data.draw(requests(self.kind))
        before, expected = self.incident, refusal(command, self.incident, self.now)
        try:
            self._carry_out(command)
        except RefusedError as refused:
            assert refused.code == expected, (refused.code, before)
            assert self.incident is before
        else:
            assert expected is None, (expected, before)

    @rule(passed=st.sampled_from([0.0, 0.5, 59, 119, 120, 121, 299, 601, 2700, 90_000]).map(seconds))
    def time_passes(self, passed: timedelta) -> None:
        """Nobody looks at what is due meanwhile, as when the hub is away."""
        self.now += passed

    @rule(late=st.sampled_from([0.0, 0.0, 0.0, 0.4, 90]).map(seconds), reachable=reachables)
    def what_is_due_is_done(self, late: timedelta, reachable: Reachable) -> None:
        if self.incident.due_at is not None:
            self.now = max(self.now, self.incident.due_at + late)
            self._carry_out(TakeStep(reachable=reachable) if self.incident.state is OPEN else PassHoldDeadline())

    # --- What always holds -------------------------------------------------------------------------------------------

    @invariant()
    def it_has_an_owner_or_a_deadline(self) -> None:
        """Promise 3: whatever is not closed has exactly one deadline, and one that fits its state."""
        one = self.incident
        assert (one.deadline is None) == (one.due_at is None) == (one.state is CLOSED)
        assert (one.deadline is Deadline.ESCALATE) == (one.state is OPEN)
        assert one.state is OPEN or one.acknowledged_by is not None
        assert one.state is not OPEN or (one.acknowledged_by, one.call_due_at, one.responding_at) == (None, None, None)
        assert (one.closed_at is None) == (one.disposition is None) == (one.state is not CLOSED)

    @invariant()
    def its_deadline_is_not_far(self) -> None:
        """Nothing waits longer than the longest of its clocks, counted from the last thing that happened to it."""
        one = self.incident
        if one.due_at is not None:
            clocks = (one.policy.then_every, one.policy.ack_timeout, RESPONDER_WITHIN, CONFIRM_WITHIN)
            longest = max(*clocks, *(step.after for step in one.policy.steps))
            assert one.due_at <= self.kept[-1].at + longest

    @invariant()
    def a_call_that_was_not_made_is_noticed(self) -> None:
        one = self.incident
        acted = one.contacted_at or one.responding_at or one.arrived_at
        if one.state is HELD and one.kind in CALLED_AT_ONCE and not acted:
            assert one.call_due_at is not None or self.is_reminded
            assert one.call_due_at is None or one.due_at is None or one.due_at <= one.call_due_at

    @invariant()
    def nobody_is_told_twice_of_one_step(self) -> None:
        keys = [duty.dedup_key for duty in self.owed[-1] if isinstance(duty, Notify)]
        assert len(set(keys)) == len(keys)

    def teardown(self) -> None:
        """The commands alone give every state the incident had, and its log."""
        happened = replay(self.kept)
        assert [one.incident for one in happened] == self.stood
        assert [line for _, line in log_of(happened)] == [
            duty for duties in self.owed for duty in duties if isinstance(duty, Record)
        ]

    # --- Carrying out ------------------------------------------------------------------------------------------------

    def _carry_out(self, command: Command) -> None:
        before = self.stood[-1] if self.stood else None
        outcome = apply(before, command, self.now)
        after, duties = outcome.incident, outcome.duties
        written = read_command(json.loads(json.dumps(write_command(command))))
        assert written == command
        if before is not None:
            self._check_change(command, before, after, duties)
        told = [duty.dedup_key for duty in duties if isinstance(duty, Notify)]
        assert not self.sent & set(told), "the same step to the same person"
        self.sent |= set(told)
        if after.state is HELD and (before is None or before.state is not HELD or isinstance(command, HandOver | Join)):
            self.is_reminded = False
        self.is_reminded |= any(isinstance(duty, Record) and duty.code == "contact_overdue" for duty in duties)
        number = len(self.kept) + 1
        self.kept.append(AppliedCommand(n=number, at=self.now, rules_version=INCIDENT_RULES_VERSION, command=written))
        self.stood.append(after)
        self.owed.append(duties)

    def _check_change(self, command: Command, before: Incident, after: Incident, duties: tuple[Duty, ...]) -> None:
        for check in CHECKS:
            check(command, before, after, duties)


# --- What holds for every change ----------------------------------------------------------------------------------


def check_table(command: Command, before: Incident, after: Incident, _duties: tuple[Duty, ...]) -> None:
    """States change only by the table, and only by the moves that the command may make."""
    reached = {before.state}
    for moves in MOVES.get(type(command), frozenset()):
        state: IncidentState | None = before.state
        for move in moves:
            state = TRANSITIONS.get((state, move)) if state is not None else None
        reached |= {state} if state is not None else set()
    assert after.state in reached


def check_identity(_command: Command, before: Incident, after: Incident, _duties: tuple[Duty, ...]) -> None:
    """What it is about never changes; nor does who has it, where nobody took, gave or ended it."""
    for name in ("id", "kind", "subject", "explanation", "opened_at"):
        assert getattr(after, name) == getattr(before, name)


def check_severity(command: Command, before: Incident, after: Incident, duties: tuple[Duty, ...]) -> None:
    """Never lowered but by hand, with a reason that is on record; raised by an alert, it says so."""
    codes = {duty.code: duty for duty in duties if isinstance(duty, Record)}
    if after.severity.rank > before.severity.rank:
        assert isinstance(command, ChangeSeverity)
        assert command.reason
        assert codes["lowered_by_hand"].actor == command.actor
        assert codes["lowered_by_hand"].params["reason"] == command.reason
    if after.severity.rank < before.severity.rank:
        assert codes.keys() & {"raised", "raised_by_hand", "raised_by_merging"}


def check_record(command: Command, before: Incident, after: Incident, duties: tuple[Duty, ...]) -> None:
    """Nothing changes without a line in the log; but who holds it may turn the sound off."""
    silenced = isinstance(command, Acknowledge) and before.state is HELD
    assert after == before or silenced or any(isinstance(duty, Record) for duty in duties)


def check_sound(_command: Command, before: Incident, after: Incident, _duties: tuple[Duty, ...]) -> None:
    """Back at the desk it sounds; taken or closed it is still."""
    if after.state is OPEN and before.state is not OPEN:
        assert after.sounding
    if after.state is not before.state and after.state is not OPEN:
        assert not after.sounding


def check_told(command: Command, before: Incident, after: Incident, duties: tuple[Duty, ...]) -> None:
    """People are told by steps of an open incident's ladder alone; taken or closed, what is owed does not leave."""
    if any(isinstance(duty, Notify) for duty in duties):
        assert isinstance(command, TakeStep)
        assert before.state is after.state is OPEN
    if after.state is not before.state and after.state is not OPEN:
        assert CancelNotifications() in duties


def check_devices(command: Command, before: Incident, after: Incident, duties: tuple[Duty, ...]) -> None:
    """The device learns each change of who has it, and of help on the way only when somebody goes."""
    stages = [duty.stage for duty in duties if isinstance(duty, TellDevices)]
    if isinstance(command, MergeInto):  # the matter goes on: they are told of the other from now on
        assert set(stages) <= {Stage.TAKEN, Stage.RESPONDING}
        assert (Stage.RESPONDING in stages) == command.responding
        return
    if after.state is not before.state:
        assert {OPEN: Stage.REQUEUED, HELD: Stage.TAKEN, CLOSED: Stage.CLOSED}[after.state] in stages
    if Stage.RESPONDING in stages:
        assert after.state is HELD
        assert after.responding_at is not None


def check_end(command: Command, before: Incident, after: Incident, _duties: tuple[Duty, ...]) -> None:
    """What is closed stays as it is, but for being reopened, and for a test that was not confirmed."""
    if before.state is CLOSED and not isinstance(command, Reopen):
        assert after == before


def check_run(_command: Command, before: Incident, after: Incident, _duties: tuple[Duty, ...]) -> None:
    """Each return to the desk begins a new run of the ladder; the ladder never runs backwards."""
    if after.state is OPEN and before.state is not OPEN:
        assert (after.ladder.run, after.ladder.round, after.ladder.step) == (before.ladder.run + 1, 0, 0)
    assert after.ladder.run >= before.ladder.run


CHECKS: tuple[Callable[[Command, Incident, Incident, tuple[Duty, ...]], None], ...] = (
    *(check_table, check_identity, check_severity, check_record, check_sound),
    *(check_told, check_devices, check_end, check_run),
)


def test_the_machine_asks_everything() -> None:
    """A new command must be among those that are drawn; the other one begins an incident."""
    drawn: set[object] = set()

    @settings(SHORT, max_examples=200)
    @given(requests(IncidentKind.SOS))
    def draw(command: Command) -> None:
        drawn.add(type(command))

    draw()
    assert drawn | {Open} == set(COMMANDS.values())


def test_whatever_happens_to_an_incident_it_keeps_its_promises() -> None:
    run_state_machine_as_test(IncidentLife, settings=SHORT)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_whatever_happens_to_an_incident_for_long_it_keeps_its_promises() -> None:
    run_state_machine_as_test(IncidentLife, settings=LONG)
