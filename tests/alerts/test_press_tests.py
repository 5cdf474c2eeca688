"""Test presses: real until confirmed, the desk always at once, the people outside of it two minutes later at most."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.actors import Person
from alerts.decisions import CancelNotifications, Notify, RaiseAlert, Record, Stage, TellDevices
from alerts.escalation.policy import DEFAULT_POLICY, EscalationPolicy
from alerts.escalation.reachable import Reachable
from alerts.explanation import Explanation
from alerts.incidents import Disposition, Incident, IncidentState, RefusedError
from alerts.incidents.applying import apply
from alerts.incidents.commands import (
    Acknowledge,
    AdoptPolicy,
    Command,
    ConfirmTest,
    Join,
    NoteCleared,
    Open,
    PassHoldDeadline,
    TakeStep,
)
from alerts.incidents.press_tests import CONFIRM_WITHIN, WINDOW_MAX, TestWindow
from alerts.incidents.replay import AppliedCommand, replay
from alerts.kinds import IncidentKind
from alerts.observations import EventKind
from tests.alerts.lives import Life, circumstances
from tests.alerts.worlds import NOON, RECIPIENT, WANG, ZHAO, person, policy, seconds, sos_alert

EVERYBODY = Reachable(
    contacts=(person("女儿", "10000000001"), person("侄子", "10000000002")),
    helpers=(Person(type="helper", id="h", name="协理员", phone="10000000003"),),
    township=(Person(type="township", id="t", name="乡镇", phone="10000000004"),),
    leader=(Person(type="leader", id="l", name="带班", phone="10000000005"),),
)
TESTED = replace(sos_alert(), in_test_window=True, device_id="device-1")
REAL = replace(sos_alert(), device_id="device-2")


class Desk:
    """One incident through its commands, deadlines passed when they come."""

    def __init__(self, alert: RaiseAlert = TESTED, ladder: EscalationPolicy = DEFAULT_POLICY) -> None:
        self.now = NOON
        self.incident: Incident | None = None
        self.log: list[tuple[float, str]] = []  #: Seconds since the press, and what was said.
        self.told: list[tuple[float, str]] = []  #: Seconds since the press, and who.
        self.duties: list[object] = []
        self.applied: list[AppliedCommand] = []
        self.reachable = EVERYBODY
        self.do(Open(incident_id="incident-1", subject=RECIPIENT, alert=alert, policy=ladder))

    def do(self, command: Command) -> Incident:
        outcome = apply(self.incident, command, self.now)
        self.applied.append(AppliedCommand(n=len(self.applied) + 1, at=self.now, rules_version=1, command=command))
        passed_s = (self.now - NOON).total_seconds()
        for duty in outcome.duties:
            self.duties.append(duty)
            if isinstance(duty, Record):
                self.log.append((passed_s, duty.code))
            elif isinstance(duty, Notify):
                self.told.append((passed_s, duty.person.name))
        self.incident = outcome.incident
        return outcome.incident

    def until(self, passed_s: float) -> "Desk":
        """Pass every deadline up to so long after the press."""
        moment = NOON + seconds(passed_s)
        while self.incident is not None and self.incident.due_at is not None and self.incident.due_at <= moment:
            self.now = max(self.now, self.incident.due_at)
            is_open = self.incident.state is IncidentState.OPEN
            self.do(TakeStep(reachable=self.reachable) if is_open else PassHoldDeadline())
        self.now = moment
        return self

    def codes(self) -> list[str]:
        return [code for _, code in self.log]

    @property
    def first_told_s(self) -> float | None:
        return self.told[0][0] if self.told else None


# --- The window ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("occurred_s", "received_s", "covered"),
    [
        (0, 0, True),
        (10, 11, True),
        (-1, 1, False),  # pressed before the window, and only late here
        (-1, -1, False),
        (899, 899.9, True),
        (899, 900, False),  # here too late: nobody expects a test any more
    ],
)
def test_a_press_must_happen_and_come_within_the_window(occurred_s: float, received_s: float, covered: bool) -> None:
    window = TestWindow(from_at=NOON, until_at=NOON + WINDOW_MAX)
    assert window.covers(NOON + seconds(occurred_s), NOON + seconds(received_s)) is covered


@pytest.mark.parametrize("event", EventKind)
@pytest.mark.parametrize("historical", [False, True])
def test_only_a_live_press_may_be_a_test(event: EventKind, historical: bool) -> None:
    found = Life(circumstances()).says(event, in_test_window=True, historical=historical)
    raised = [one for one in found if isinstance(one, RaiseAlert)]
    may_be = event is EventKind.SOS_PRESSED and not historical
    assert [one.in_test_window for one in raised] == [may_be] * len(raised)


def test_a_press_after_a_suspected_fall_is_a_real_fall_also_within_the_window() -> None:
    life = Life(circumstances())
    life.says(EventKind.FALL_SUSPECTED)
    found = life.says(EventKind.SOS_PRESSED, in_test_window=True)
    [fall] = [one for one in found if isinstance(one, RaiseAlert) and one.kind is IncidentKind.FALL]
    assert not fall.in_test_window


# --- Until it is confirmed -----------------------------------------------------------------------------------------


def test_the_desk_sounds_at_once_and_the_people_outside_wait_two_minutes() -> None:
    desk = Desk().until(119)
    assert desk.incident is not None
    assert desk.incident.sounding
    assert desk.log[:3] == [(0, "opened"), (0, "test_pending"), (0, "desk_sounded")]
    assert desk.told == []
    desk.until(120)
    assert desk.log[3:5] == [(120, "test_not_confirmed"), (120, "step_taken")]
    assert desk.told == [(120, "女儿")]


def test_after_that_the_ladder_goes_on_as_ever() -> None:
    tested, real = Desk().until(3600), Desk(sos_alert()).until(3600)
    assert [(at - 60, name) for at, name in tested.told[:-1]] == real.told[: len(tested.told) - 1]


def test_a_press_outside_of_a_window_is_not_held_back() -> None:
    desk = Desk(sos_alert()).until(60)
    assert desk.first_told_s == 60
    assert "test_pending" not in desk.codes()


ladders = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from(["desk", "next_contact", "contacts", "helpers", "10000000009"])),
    min_size=1,
    max_size=5,
).map(lambda steps: policy(*steps, then_every_s=60))


@given(ladders, st.booleans())
@settings(max_examples=80, deadline=None)
def test_no_ladder_tells_anybody_later_than_in_two_minutes_or_makes_the_desk_wait(
    ladder: EscalationPolicy, manned: bool
) -> None:
    tested, real = Desk(TESTED, ladder), Desk(sos_alert(), ladder)
    for desk in (tested, real):
        desk.reachable = replace(EVERYBODY, desk_manned=manned)
        desk.until(2200)
    if real.first_told_s is not None:
        assert tested.first_told_s is not None
        assert tested.first_told_s <= max(real.first_told_s, CONFIRM_WITHIN.total_seconds())
    if ladder.steps[0].notify == "desk":
        first = [next((at for at, code in desk.log if code == "desk_sounded"), None) for desk in (tested, real)]
        assert first[0] == first[1]


def test_where_nobody_sits_at_the_desk_nobody_is_held_back() -> None:
    desk = Desk()
    desk.reachable = replace(EVERYBODY, desk_manned=False)
    desk.until(1)
    assert desk.first_told_s == 0


def test_people_that_come_long_after_the_desk_are_told_when_it_is_not_confirmed() -> None:
    assert Desk(TESTED, policy((0, "desk"), (600, "contacts"))).until(120).first_told_s == 120


def test_steps_of_one_moment_are_taken_apart() -> None:
    desk = Desk(TESTED, policy((0, "desk"), (0, "contacts")))
    assert desk.until(119).told == []
    assert desk.until(120).first_told_s == 120


# --- Confirmed -----------------------------------------------------------------------------------------------------


def test_a_confirmed_test_is_closed_as_one_and_nobody_was_told() -> None:
    desk = Desk().until(90)
    incident = desk.do(ConfirmTest(actor=WANG, note="安装后试按"))
    assert (incident.state, incident.disposition) == (IncidentState.CLOSED, Disposition.TEST)
    assert incident.test_pending_until is None
    assert desk.told == []
    assert desk.codes()[-3:] == ["test_confirmed", "acknowledged", "closed"]
    assert TellDevices(stage=Stage.CLOSED, reason="test") in desk.duties
    assert CancelNotifications() in desk.duties


@pytest.mark.parametrize("at_s", [120, 121, 4000])
def test_two_minutes_later_it_cannot_be_confirmed_any_more(at_s: float) -> None:
    desk = Desk().until(at_s)
    with pytest.raises(RefusedError, match="test_not_pending"):
        desk.do(ConfirmTest(actor=WANG))


def test_a_press_outside_of_a_window_cannot_be_confirmed_as_a_test() -> None:
    with pytest.raises(RefusedError, match="test_not_pending"):
        Desk(sos_alert()).do(ConfirmTest(actor=WANG))


def test_what_another_holds_is_confirmed_by_them_or_by_who_may_override() -> None:
    desk = Desk().until(10)
    desk.do(Acknowledge(actor=WANG))
    with pytest.raises(RefusedError, match="held"):
        desk.do(ConfirmTest(actor=ZHAO))
    assert desk.do(ConfirmTest(actor=ZHAO, may_override=True)).disposition is Disposition.TEST


def test_who_took_it_and_does_not_confirm_has_a_real_one() -> None:
    desk = Desk().until(10)
    taken = desk.do(Acknowledge(actor=WANG))
    assert taken.due_at == NOON + seconds(10 + 120)  # the call that is due, as for any press
    desk.until(131)
    assert desk.codes()[-2:] == ["test_not_confirmed", "contact_overdue"]


# --- Others ----------------------------------------------------------------------------------------------------------


def test_another_press_in_the_window_stays_a_test() -> None:
    desk = Desk().until(30)
    joined = desk.do(Join(alert=TESTED))
    assert joined.test_pending_until == NOON + CONFIRM_WITHIN
    assert desk.until(119).told == []


def test_a_second_devices_press_makes_it_real_at_once() -> None:
    desk = Desk().until(30)
    joined = desk.do(Join(alert=REAL))
    assert joined.test_pending_until is None
    assert desk.codes()[-2:] == ["joined", "test_not_only"]
    assert desk.until(60).first_told_s == 60  # when the ladder says so
    with pytest.raises(RefusedError, match="test_not_pending"):
        desk.do(ConfirmTest(actor=WANG))


def test_who_was_held_back_is_told_at_once_when_it_becomes_real() -> None:
    desk = Desk().until(90)
    desk.do(Join(alert=REAL))
    assert desk.until(90).first_told_s == 90


def test_a_press_in_a_window_that_joins_a_real_one_is_real() -> None:
    desk = Desk(REAL).until(30)
    assert desk.do(Join(alert=TESTED)).test_pending_until is None
    assert desk.until(60).first_told_s == 60


def test_a_press_taken_back_stays_a_matter_of_people() -> None:
    desk = Desk().until(30)
    desk.do(NoteCleared(explanation=Explanation(code="sos_cancelled")))
    assert desk.until(120).first_told_s == 120


def test_a_ladder_that_is_adopted_meanwhile_holds_nobody_back_longer() -> None:
    desk = Desk().until(30)
    desk.do(AdoptPolicy(actor=WANG, policy=policy((0, "contacts"))))
    assert desk.until(120).first_told_s is not None


commands: st.SearchStrategy[Any] = st.sampled_from(
    [Join(alert=TESTED), Join(alert=REAL), Acknowledge(actor=WANG), ConfirmTest(actor=WANG), "wait"]
)


@given(st.lists(st.tuples(commands, st.integers(0, 200)), max_size=12))
@settings(max_examples=200, deadline=None)
def test_whatever_happens_it_is_real_after_two_minutes_or_closed_as_a_test_and_replays(
    history: list[tuple[Any, int]],
) -> None:
    desk = Desk()
    for command, waits_s in history:
        if command != "wait":
            try:
                desk.do(command)
            except RefusedError:
                continue
        desk.until((desk.now - NOON).total_seconds() + waits_s)
    incident = desk.incident
    assert incident is not None
    if incident.state is not IncidentState.CLOSED:
        assert incident.due_at is not None
        desk.until((incident.due_at - NOON).total_seconds())
        assert desk.incident is not None
        assert not _is_late(desk.incident, desk.now)
    assert [one.incident for one in replay(desk.applied)][-1] == desk.incident


def _is_late(incident: Incident, now: datetime) -> bool:
    return incident.test_pending_until is not None and now >= incident.test_pending_until + timedelta(seconds=1)
