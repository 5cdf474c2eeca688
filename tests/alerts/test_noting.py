"""Noting: what a reading or an event means for a device and its person, before any rule asks."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.noting import Change, note_event, note_reading
from alerts.observations import DeviceEvent, EventKind, Observation
from alerts.profile import MonitoringProfile
from alerts.rhythm import was_away
from alerts.state import DeviceState, RecipientState
from tests.alerts.worlds import NOON, RECIPIENT

PROFILE = MonitoringProfile()


def read(state: RecipientState, at_s: float, **values: Any) -> Change:
    """A reading of the watch, so many seconds after noon."""
    at = NOON + timedelta(seconds=at_s)
    reading = Observation(
        device_id="watch", device_kind="smartwatch", gateway_id=None, at=at, received_at=at, historical=False, **values
    )
    return note_reading(state, reading, PROFILE)


def say(state: RecipientState, at_s: float, kind: EventKind) -> Change:
    """An event of the watch, so many seconds after noon."""
    at = NOON + timedelta(seconds=at_s)
    event = DeviceEvent(
        device_id="watch",
        device_kind="smartwatch",
        gateway_id=None,
        event=kind,
        occurred_at=at,
        received_at=at,
        historical=False,
        subject=RECIPIENT,
        test=False,
    )
    return note_event(state, event, PROFILE)


@pytest.mark.parametrize("measure", ["worn", "charging"])
def test_a_reading_that_does_not_say_it_is_no_hand_at_the_device(measure: str) -> None:
    state = RecipientState(since=NOON)
    read(state, 0, **{measure: measure == "worn"})
    change = read(state, 60, heart_rate_bpm=70)
    assert (change.moved, change.sooner) == (False, False)
    assert getattr(state.devices["watch"], measure) is (measure == "worn")


@pytest.mark.parametrize("measure", ["worn", "charging"])
def test_a_reading_that_says_it_otherwise_than_before_is_a_hand(measure: str) -> None:
    state = RecipientState(since=NOON)
    read(state, 0, **{measure: True})
    change = read(state, 60, **{measure: False})
    assert (change.moved, change.sooner) == (True, True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (EventKind.WORN, EventKind.REMOVED),
        (EventKind.REMOVED, EventKind.WORN),
        (EventKind.CHARGING_STARTED, EventKind.CHARGING_ENDED),
        (EventKind.CHARGING_ENDED, EventKind.CHARGING_STARTED),
    ],
)
def test_what_is_put_on_or_taken_off_may_bring_a_deadline_forward_once(before: EventKind, after: EventKind) -> None:
    state = RecipientState(since=NOON)
    say(state, 0, before)
    assert say(state, 60, before).sooner is False
    assert say(state, 120, after).sooner is True


def test_whoever_was_said_to_be_offline_was_away_whatever_is_allowed_by_now() -> None:
    silent = DeviceState(kind="smartwatch", gateway_id=None, heard_at=NOON, offline_since=NOON)
    assert was_away(silent, NOON + timedelta(seconds=1), PROFILE)
    silent.offline_since = None
    assert not was_away(silent, NOON + timedelta(seconds=1), PROFILE)
