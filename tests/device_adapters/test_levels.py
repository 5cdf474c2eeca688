"""A flag in a snapshot alarms at its edges, once more after closing, and then asks to be reset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_adapters.device_events import EVENT_NAMES, EventName
from device_adapters.levels import ALARMS, FALLING, LevelState, judge_level


def step(
    remembered: LevelState | None, *, up: bool, closed: bool = False, level: EventName = "sos_pressed"
) -> tuple[LevelState, str | None]:
    taken = judge_level(level, up=up, remembered=remembered, closed=closed)
    return taken.state, None if taken.event is None else taken.event.event


@pytest.mark.parametrize("before", [None, LevelState.DOWN])
def test_a_flag_that_rises_from_false_or_from_not_known_alarms(before: LevelState | None) -> None:
    assert step(before, up=True) == (LevelState.UP, "sos_pressed")


def test_a_flag_that_stays_up_does_not_alarm_again() -> None:
    assert step(LevelState.UP, up=True) == (LevelState.UP, None)


def test_a_flag_still_up_after_closing_alarms_once_more() -> None:
    assert step(LevelState.UP, up=True, closed=True) == (LevelState.UP_AGAIN, "sos_pressed")
    assert step(LevelState.UP_AGAIN, up=True) == (LevelState.UP_AGAIN, None)


def test_a_flag_still_up_after_the_second_closing_is_a_fault_and_no_alarm() -> None:
    assert step(LevelState.UP_AGAIN, up=True, closed=True) == (LevelState.STUCK, "device_fault")
    assert step(LevelState.STUCK, up=True, closed=True) == (LevelState.STUCK, None)
    assert step(LevelState.STUCK, up=False) == (LevelState.DOWN, "fault_restored")


@pytest.mark.parametrize("before", [None, LevelState.DOWN, LevelState.UP, LevelState.UP_AGAIN])
def test_an_alarm_flag_that_goes_down_cancels_nothing(before: LevelState | None) -> None:
    assert step(before, up=False) == (LevelState.DOWN, None)


def test_a_flag_of_the_equipment_reports_both_edges_and_does_not_repeat_after_closing() -> None:
    assert step(None, up=True, level="low_battery") == (LevelState.UP, "low_battery")
    assert step(LevelState.UP, up=True, closed=True, level="low_battery") == (LevelState.UP, None)
    assert step(LevelState.UP, up=False, level="low_battery") == (LevelState.DOWN, "battery_ok")
    assert step(None, up=False, level="low_battery") == (LevelState.DOWN, None)


def test_edges_are_events_of_the_protocol() -> None:
    assert ALARMS | FALLING.keys() | set(FALLING.values()) <= EVENT_NAMES


def test_two_edges_of_one_payload_can_be_told_apart() -> None:
    rose = judge_level("sos_pressed", up=True, remembered=None, closed=False).event
    again = judge_level("sos_pressed", up=True, remembered=LevelState.UP, closed=True).event
    fell = judge_level("fall_suspected", up=True, remembered=None, closed=False).event
    assert rose is not None
    assert again is not None
    assert fell is not None
    assert len({rose.component, again.component, fell.component}) == 3


@given(st.lists(st.booleans(), max_size=60))
def test_snapshots_alarm_exactly_as_often_as_the_flag_rises(snapshots: list[bool]) -> None:
    state, alarms = None, 0
    for up in snapshots:
        state, event = step(state, up=up)
        alarms += event == "sos_pressed"
    rises = sum(up and not before for before, up in zip([False, *snapshots], snapshots, strict=False))
    assert alarms == rises


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_one_rise_alarms_at_most_twice_whatever_is_closed(snapshots: list[tuple[bool, bool]]) -> None:
    state, alarms = None, 0
    for up, closed in snapshots:
        state, event = step(state, up=up, closed=closed)
        alarms = 0 if not up else alarms + (event == "sos_pressed")
        assert alarms <= 2
