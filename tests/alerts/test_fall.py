"""Falls: what is held, what clears it, what opens at once."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.decisions import ClearAlerts, HoldAlert, RaiseAlert
from alerts.engine import judge_expired
from alerts.kinds import IncidentKind
from alerts.observations import EventKind
from alerts.severity import Severity
from tests.alerts.lives import Life, circumstances
from tests.alerts.worlds import NOON


def fallen(**changes: Any) -> Life:
    """Somebody walked, and fell a moment ago."""
    life = Life(circumstances(kinds={"watch": "smartwatch", "radar": "fall_radar", "bed": "mattress"}, **changes))
    life.reads(steps=100, activity=0.4, posture="walking")
    life.after(seconds=2).says(EventKind.FALL_SUSPECTED)
    return life


def test_a_suspected_fall_is_held_for_its_window() -> None:
    life = fallen(monitoring={"fall": {"confirm_s": 30}})
    (held,) = life.found
    assert isinstance(held, HoldAlert)
    assert (held.kind, held.severity) == (IncidentKind.FALL, Severity.HIGH)
    assert held.due_at == life.now + timedelta(seconds=30)


def test_the_window_is_a_minute_unless_the_profile_says_otherwise() -> None:
    (held,) = fallen().found
    assert isinstance(held, HoldAlert)
    assert held.due_at == NOON + timedelta(seconds=62)


@pytest.mark.parametrize(
    ("device", "sign"),
    [
        ("watch", {"posture": "standing"}),
        ("watch", {"posture": "walking"}),
        ("bed", {"in_bed": True}),
    ],
)
def test_somebody_who_is_up_again_or_in_bed_has_recovered(device: str, sign: dict[str, Any]) -> None:
    life = fallen()
    life.after(seconds=20).reads(device, **sign)
    cleared = life.found[-1]
    assert isinstance(cleared, ClearAlerts)
    assert (cleared.kind, cleared.explanation.code) == (IncidentKind.FALL, "fall_recovered")
    assert cleared.explanation.params["after_s"] == 20


@pytest.mark.parametrize("later", [{"steps": 118}, {"steps": 112, "activity": 0.5}])
def test_more_steps_or_activity_count_from_the_second_reading_after_the_fall(later: dict[str, Any]) -> None:
    life = fallen()
    life.after(seconds=5).reads(steps=112, activity=0.9, posture="lying")
    assert life.codes() == ["fall_suspected"]  # steps and activity of before the fall
    life.after(seconds=15).reads(posture="lying", **later)
    assert life.codes() == ["fall_suspected", "fall_recovered"]


@pytest.mark.parametrize(
    "reading",
    [
        {"posture": "lying", "activity": 0.02, "steps": 100},
        {"heart_rate_bpm": 120},
        {"posture": "sitting"},
        {"posture": "walking", "worn": False},
    ],
)
def test_lying_sitting_a_pulse_or_a_watch_off_the_wrist_are_no_recovery(reading: dict[str, Any]) -> None:
    life = fallen()
    for _ in range(4):
        life.after(seconds=10).reads(**reading)
    assert "fall_recovered" not in life.codes()


def test_what_was_measured_before_the_fall_is_no_recovery() -> None:
    life = fallen()
    life.after(seconds=10).reads(aged_s=11, posture="walking")
    assert life.codes() == ["fall_suspected"]


def test_a_reading_of_the_past_that_comes_late_is_no_recovery() -> None:
    life = fallen()
    life.after(seconds=10).reads(posture="walking", historical=True)
    assert life.codes() == ["fall_suspected"]


def test_the_wearer_takes_it_back() -> None:
    life = fallen()
    life.after(seconds=8).says(EventKind.FALL_CANCELLED)
    cleared = life.found[-1]
    assert isinstance(cleared, ClearAlerts)
    assert cleared.explanation.code == "fall_cancelled"
    assert life.state.fall is None


def test_a_cancellation_of_an_older_fall_does_not_take_this_one_back() -> None:
    life = fallen()
    life.after(seconds=8).says(EventKind.FALL_CANCELLED, occurred_at=NOON - timedelta(minutes=5))
    assert life.codes() == ["fall_suspected"]
    assert life.state.fall is not None


def test_going_to_bed_is_a_recovery() -> None:
    life = fallen()
    life.after(seconds=8).says(EventKind.BED_ENTRY, "bed")
    assert life.codes() == ["fall_suspected", "fall_recovered"]


def test_the_same_device_once_more_does_not_make_the_window_longer() -> None:
    life = fallen()
    life.after(seconds=20).says(EventKind.FALL_SUSPECTED)
    first, second = life.found
    assert isinstance(first, HoldAlert)
    assert isinstance(second, HoldAlert)
    assert first.due_at == second.due_at


def test_a_second_device_that_sees_the_fall_opens_at_once() -> None:
    life = fallen()
    life.after(seconds=3).says(EventKind.FALL_SUSPECTED, "radar")
    raised = life.found[-1]
    assert isinstance(raised, RaiseAlert)
    assert (raised.severity, raised.explanation.code) == (Severity.CRITICAL, "fall_seen_twice")


def test_a_press_after_the_fall_opens_both_at_once() -> None:
    life = fallen()
    life.after(seconds=3).says(EventKind.SOS_PRESSED)
    assert [finding.kind for finding in life.found[1:] if isinstance(finding, RaiseAlert)] == [
        IncidentKind.SOS,
        IncidentKind.FALL,
    ]


def test_a_confirmation_opens_at_once_and_is_graver() -> None:
    life = fallen()
    life.after(seconds=3).says(EventKind.FALL_CONFIRMED)
    raised = life.found[-1]
    assert isinstance(raised, RaiseAlert)
    assert (raised.severity, raised.explanation.code) == (Severity.CRITICAL, "fall_confirmed")


def test_a_press_long_after_the_window_is_a_press_alone() -> None:
    life = fallen()
    life.after(seconds=90).says(EventKind.SOS_PRESSED)
    assert life.codes() == ["fall_suspected", "sos_pressed"]


def test_a_fall_of_hours_ago_opens_at_once_and_is_marked_late() -> None:
    life = Life(circumstances())
    life.says(EventKind.FALL_SUSPECTED, occurred_at=NOON - timedelta(hours=3), historical=True)
    (raised,) = life.found
    assert isinstance(raised, RaiseAlert)
    assert raised.late
    assert life.state.fall is None


def test_getting_up_after_the_incident_clears_its_alert() -> None:
    life = fallen()
    life.after(minutes=5).reads(posture="standing")
    assert life.codes() == ["fall_suspected", "fall_recovered"]


def test_a_test_of_the_detector_troubles_nobody_and_holds_nothing() -> None:
    life = Life(circumstances())
    life.says(EventKind.FALL_SUSPECTED, test=True)
    assert life.codes() == ["test_fall"]
    assert life.state.fall is None


def test_an_expired_window_says_how_long_nobody_got_up() -> None:
    (held,) = fallen().found
    assert isinstance(held, HoldAlert)
    raised = judge_expired(held.explanation)
    assert (raised.kind, raised.severity, raised.device_id) == (IncidentKind.FALL, Severity.HIGH, "watch")
    assert raised.explanation.params["confirm_s"] == 60
