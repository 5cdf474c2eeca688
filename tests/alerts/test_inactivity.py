"""Inactivity: stillness that was seen, and everything that is not stillness."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.decisions import ClearAlerts, RaiseAlert
from alerts.kinds import IncidentKind
from alerts.modes import Mode
from alerts.observations import EventKind
from tests.alerts.lives import Life, circumstances, local

STILL: dict[str, Any] = {"activity": 0.0, "steps": 100, "posture": "sitting"}
HOURLY = {"inactivity": {"day_limit_s": 3600, "night_limit_s": 36_000}}


def sits(life: Life, *, minutes: int, every: int = 5, **values: Any) -> None:
    """Readings that show no movement."""
    for _ in range(minutes // every):
        life.after(minutes=every).reads(**{**STILL, **values})


def awake(**changes: Any) -> Life:
    """Somebody at home who moved a moment ago, on an afternoon."""
    now = local("14:00")
    life = Life(circumstances(now, **{"monitoring": HOURLY, **changes}), now)
    life.reads(activity=0.5, steps=100, posture="sitting")
    return life


def test_an_hour_without_movement_is_an_alert_at_its_end() -> None:
    life = awake()
    began = life.now
    sits(life, minutes=60)
    (raised,) = life.found
    assert isinstance(raised, RaiseAlert)
    assert raised.kind is IncidentKind.INACTIVITY
    assert raised.explanation.params["still_s"] == 3600
    assert life.now == began + timedelta(hours=1)


def test_the_deadline_itself_raises_it_between_two_readings() -> None:
    life = awake()
    sits(life, minutes=56, every=8)
    assert life.found == []
    life.after(minutes=4)
    assert life.codes() == ["no_movement"]


def test_it_is_raised_once_however_long_it_lasts() -> None:
    life = awake()
    sits(life, minutes=240)
    assert life.codes() == ["no_movement"]


def test_movement_clears_it_and_the_next_stillness_is_another() -> None:
    life = awake()
    sits(life, minutes=70)
    life.after(minutes=5).reads(activity=0.4, steps=100)
    cleared = life.found[-1]
    assert isinstance(cleared, ClearAlerts)
    assert cleared.kind is IncidentKind.INACTIVITY
    sits(life, minutes=70)
    assert life.codes() == ["no_movement", "moved_again", "no_movement"]


@pytest.mark.parametrize(
    "movement",
    [{"activity": 0.06}, {"steps": 101}, {"posture": "standing"}, {"posture": "walking"}, {"body_movement": 3}],
)
def test_steps_activity_or_another_posture_are_movement(movement: dict[str, Any]) -> None:
    life = awake()
    sits(life, minutes=50)
    life.after(minutes=5).reads(**{**STILL, **movement})
    sits(life, minutes=50, **{name: value for name, value in movement.items() if name == "steps"})
    assert life.found == []


def test_a_press_is_movement() -> None:
    life = awake()
    sits(life, minutes=50)
    life.says(EventKind.SERVICE_REQUESTED)
    sits(life, minutes=50)
    assert life.codes() == ["service_requested"]


@pytest.mark.parametrize("blind", [{"worn": False}, {"charging": True}])
def test_off_the_body_or_charging_stops_the_clock(blind: dict[str, bool]) -> None:
    life = awake()
    sits(life, minutes=30)
    sits(life, minutes=180, **blind)
    assert "no_movement" not in life.codes()


def test_a_silent_device_is_never_inactivity() -> None:
    life = awake()
    sits(life, minutes=30)
    life.after(hours=3)
    assert "no_movement" not in life.codes()


def test_time_in_which_nobody_was_seen_does_not_count() -> None:
    life = awake()
    sits(life, minutes=30)
    life.after(hours=3).reads(**STILL)
    assert "no_movement" not in life.codes()
    sits(life, minutes=25)
    assert "no_movement" not in life.codes()
    sits(life, minutes=10)
    assert life.codes()[-1] == "no_movement"


def test_a_restart_of_the_hub_neither_raises_nor_forgets() -> None:
    life = awake()
    sits(life, minutes=40)
    life.restarts()
    life.look()
    assert life.found == []
    sits(life, minutes=20)
    assert life.codes() == ["no_movement"]


@pytest.mark.parametrize("mode", [Mode.AWAY, Mode.HOSPITAL, Mode.HOLIDAY, Mode.INSTALL])
def test_only_somebody_at_home_is_judged_and_the_clock_begins_with_the_return(mode: Mode) -> None:
    life = awake()
    sits(life, minutes=30)
    life.enters(mode, life.now + timedelta(hours=5))
    sits(life, minutes=300)
    assert "no_movement" not in life.codes()
    sits(life, minutes=55)
    assert "no_movement" not in life.codes()
    sits(life, minutes=5)
    assert "no_movement" in life.codes()


def test_a_still_night_is_no_alarm_and_a_still_morning_is() -> None:
    now = local("21:30")
    limits = {"inactivity": {"day_limit_s": 4 * 3600, "night_limit_s": 10 * 3600}}
    life = Life(circumstances(now, monitoring=limits), now)
    life.reads(activity=0.3, steps=5)
    while life.now < local("+06:00"):
        life.after(minutes=10).reads(activity=0.0, steps=5)
    assert life.found == []
    # 30 min of the day before used an eighth of the limit, eight hours of night 0.8; a tenth less 0.025 is left.
    while life.now < local("+06:10"):
        life.after(minutes=10).reads(activity=0.0, steps=5)
    assert life.found == []
    life.after(minutes=10).reads(activity=0.0, steps=5)
    assert life.codes() == ["no_movement"]


def test_a_reading_that_could_show_no_movement_is_no_stillness() -> None:
    life = awake()
    for _ in range(30):
        life.after(minutes=5).reads(heart_rate_bpm=70)
    assert life.found == []


def test_buffered_readings_are_history() -> None:
    life = awake()
    for minutes in range(300, 0, -5):
        life.reads(aged_s=60 * minutes, historical=True, **STILL)
    assert life.found == []
    assert life.state.still_since == life.now


@pytest.mark.parametrize("heard", [{**STILL, "aged_s": 120}, {"heart_rate_bpm": 70}])
def test_a_limit_that_came_unseen_counts_as_soon_as_a_look_proves_to_be_young_enough(heard: dict[str, Any]) -> None:
    """By a reading of before the limit that comes late, or by a device that is slower than was thought."""
    life = awake()
    sits(life, minutes=50)
    life.after(minutes=11)
    assert life.found == []
    life.reads(**heard)
    assert life.codes() == ["no_movement"]


def test_an_ended_service_is_not_judged() -> None:
    life = awake(is_person=False)
    sits(life, minutes=180)
    assert life.found == []


def test_seconds_are_enough_where_the_profile_says_so() -> None:
    life = awake(monitoring={"inactivity": {"day_limit_s": 10, "night_limit_s": 10}})
    for _ in range(10):
        life.after(seconds=1).reads(**STILL)
    assert life.codes() == ["no_movement"]
