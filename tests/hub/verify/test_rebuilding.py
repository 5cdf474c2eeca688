"""A saved state follows from what was heard, in some order in which it may have been judged."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts.kinds import SubjectType
from alerts.noting import note_event, note_reading
from alerts.observations import DeviceEvent, EventKind, Observation, Subject
from alerts.profile import MonitoringProfile
from alerts.state import RecipientState
from hub.verify.rebuilding import Heard, Remembered, compare
from tests.hub.ingest.worlds import NOW

SUBJECT = Subject(type=SubjectType.RECIPIENT, id="p")
PROFILE = MonitoringProfile()


def a_reading(after_s: float, **values: object) -> Observation:
    """The watch, so long after the beginning."""
    at = NOW + timedelta(seconds=after_s)
    reading = Observation(
        device_id="w", device_kind="smartwatch", gateway_id=None, at=at, received_at=at, historical=False
    )
    return replace(reading, **values)  # type: ignore[arg-type] # names and values of the test


def an_event(after_s: float, event: EventKind) -> DeviceEvent:
    """The watch says so."""
    at = NOW + timedelta(seconds=after_s)
    return DeviceEvent(
        subject=SUBJECT,
        device_id="w",
        device_kind="smartwatch",
        event=event,
        occurred_at=at,
        received_at=at,
        historical=False,
        test=False,
    )


def judged(*heard: Heard, begun: datetime = NOW - timedelta(days=9)) -> RecipientState:
    """The state after these, in this order."""
    state = RecipientState(since=begun)
    for one in heard:
        if isinstance(one, DeviceEvent):
            note_event(state, one, PROFILE)
        else:
            note_reading(state, one, PROFILE)
    return state


def remembered(state: RecipientState, *heard: Heard) -> Remembered:
    """Such a state, and what is on record."""
    return Remembered(subject=SUBJECT, state=state, profile=PROFILE, heard=heard, since=NOW - timedelta(hours=1))


MORNING: tuple[Heard, ...] = (
    a_reading(0, worn=True, battery_pct=80.5, steps=10, heart_rate_bpm=70),
    a_reading(60, worn=True, battery_pct=80.2, steps=15, posture="sitting"),
    an_event(90, EventKind.REMOVED),
    a_reading(120, worn=False, battery_pct=79.9),
)


def test_what_was_heard_leads_to_what_is_saved() -> None:
    found = compare(remembered(judged(*MORNING), *MORNING))
    assert (found.fields, found.by_another_order) == (frozenset(), False)


@pytest.mark.parametrize(
    ("number", "fields"),
    [
        (0, set()),  # what it said the others said again
        (1, {"seen_at", "w steps"}),
        (2, {"alive_at", "watched_at"}),
        (3, {"w measured_at"}),
    ],
)
def test_what_was_heard_and_is_not_on_record_is_found_where_it_left_a_trace(number: int, fields: set[str]) -> None:
    left: list[Heard] = [one for place, one in enumerate(MORNING) if place != number]
    assert compare(remembered(judged(*MORNING), *left)).fields == fields


def test_a_lost_last_reading_of_a_new_state_is_found_by_the_person_too() -> None:
    begun = judged(*MORNING[:2], begun=NOW - timedelta(minutes=1))
    assert {"w steps", "alive_at"} <= compare(remembered(begun, MORNING[0])).fields


def test_an_event_that_overtook_a_reading_is_one_possible_order() -> None:
    on, off = a_reading(10, worn=True), an_event(11, EventKind.REMOVED)
    found = compare(remembered(judged(off, on), on, off))
    assert (found.fields, found.by_another_order) == (frozenset(), True)


def test_a_state_begun_anew_remembers_nothing_older() -> None:
    anew = judged(*MORNING[3:], begun=NOW + timedelta(hours=1))
    late = replace(a_reading(120, worn=False, battery_pct=79.9), received_at=NOW + timedelta(hours=1))
    assert compare(remembered(anew, *MORNING[:3], late)).fields == frozenset()


def test_history_says_nothing_of_now() -> None:
    old = replace(a_reading(500, worn=True, steps=99), historical=True)
    assert compare(remembered(judged(*MORNING), *MORNING, old)).fields == frozenset()
