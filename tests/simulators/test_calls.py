"""A press is sent until the hub has it, and never promises more than the hub said."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.calls import (
    REPEAT_AFTER,
    REPEAT_AFTER_MAX,
    Call,
    Light,
    acknowledged,
    call,
    is_due,
    reconnected,
    sent,
)
from simulators.wire import Acknowledgement, Stage

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def told(current: Call, stage: Stage, after_s: float | None = 0, ref: str = "press-1") -> Call:
    at = None if after_s is None else NOON + timedelta(seconds=after_s)
    return acknowledged(current, Acknowledgement(ref=ref, stage=stage, at=at, reason=None))


def test_a_press_is_due_at_once_and_again_until_it_is_received() -> None:
    pressed = call("press-1", NOON)
    assert is_due(pressed, NOON)
    pressed = sent(pressed, NOON)
    assert not is_due(pressed, NOON)
    assert is_due(pressed, NOON + REPEAT_AFTER)
    assert not is_due(told(pressed, Stage.RECEIVED), NOON + timedelta(days=1))


def test_a_hub_that_stays_silent_is_asked_less_often_but_for_ever() -> None:
    pressed, now, pauses = call("press-1", NOON), NOON, []
    for _ in range(200):
        pressed = sent(pressed, now)
        assert pressed.due_at is not None
        pauses.append(pressed.due_at - now)
        now = pressed.due_at
    assert pauses == sorted(pauses)
    assert pauses[0] == REPEAT_AFTER
    assert pauses[-1] == REPEAT_AFTER_MAX


def test_a_new_link_sends_at_once_what_is_not_confirmed() -> None:
    waiting = sent(call("press-1", NOON), NOON)
    assert is_due(reconnected(waiting, NOON), NOON)
    received = told(waiting, Stage.RECEIVED)
    assert reconnected(received, NOON) == received


def test_a_refusal_ends_the_repeating_and_says_so() -> None:
    refused = told(call("press-1", NOON), Stage.REFUSED)
    assert refused.light is Light.NOT_RECEIVED
    assert refused.due_at is None


def test_another_press_is_none_of_its_business() -> None:
    pressed = call("press-1", NOON)
    assert told(pressed, Stage.CLOSED, ref="press-2") == pressed


def test_an_answer_to_a_repetition_does_not_take_back_a_later_stage() -> None:
    taken = told(told(call("press-1", NOON), Stage.RECEIVED, 1), Stage.TAKEN, 5)
    assert told(taken, Stage.RECEIVED, 6).stage is Stage.TAKEN


def test_a_stage_that_comes_late_does_not_count() -> None:
    responding = told(told(call("press-1", NOON), Stage.RECEIVED, 1), Stage.RESPONDING, 9)
    assert told(responding, Stage.TAKEN, 5).stage is Stage.RESPONDING
    closed = told(responding, Stage.CLOSED, 20)
    assert told(closed, Stage.RESPONDING, 9).stage is Stage.CLOSED
    assert told(closed, Stage.TAKEN, None).stage is Stage.CLOSED


def test_a_reopened_incident_is_shown_again() -> None:
    closed = told(call("press-1", NOON), Stage.CLOSED, 20)
    assert told(closed, Stage.REQUEUED, 25).light is Light.RECEIVED


@pytest.mark.parametrize("stage", [None, *Stage])
def test_help_is_promised_only_when_somebody_is_on_the_way(stage: Stage | None) -> None:
    pressed = call("press-1", NOON)
    light = pressed.light if stage is None else told(pressed, stage).light
    assert (light is Light.HELP_IS_COMING) == (stage is Stage.RESPONDING)


@given(st.lists(st.tuples(st.sampled_from(Stage), st.one_of(st.none(), st.integers(0, 60)))))
def test_whatever_order_the_stages_come_in_the_first_one_ends_the_calling(
    stages: list[tuple[Stage, int | None]],
) -> None:
    pressed = sent(call("press-1", NOON), NOON)
    for stage, after_s in stages:
        pressed = told(pressed, stage, after_s)
        assert pressed.due_at is None
        assert not pressed.is_waiting
