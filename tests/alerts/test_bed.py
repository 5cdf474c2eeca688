"""The bed at night: an absence that lasts, and everything that is none."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.decisions import RaiseAlert
from alerts.kinds import IncidentKind
from alerts.modes import Mode
from alerts.observations import EventKind
from alerts.severity import Severity
from tests.alerts.lives import Life, circumstances, local


def asleep(at: str = "23:30", **changes: Any) -> Life:
    """In bed, on a mattress that reports each minute."""
    now = local(at)
    life = Life(circumstances(now, kinds={"bed": "mattress"}, **changes), now)
    for _ in range(6):
        life.after(minutes=1).reads("bed", in_bed=True, heart_rate_bpm=58, body_movement=1)
    return life


def out(life: Life, *, minutes: int) -> None:
    for _ in range(minutes):
        life.after(minutes=1).reads("bed", in_bed=False)


def test_half_an_hour_out_of_bed_at_night_is_an_alert() -> None:
    life = asleep()
    out(life, minutes=30)
    assert life.found == []
    out(life, minutes=1)
    (raised,) = life.found
    assert isinstance(raised, RaiseAlert)
    assert (raised.kind, raised.severity, raised.device_id) == (IncidentKind.BED, Severity.MEDIUM, "bed")
    assert raised.explanation.params["absent_s"] == 1800


def test_back_in_bed_clears_it_and_another_absence_is_another() -> None:
    life = asleep()
    out(life, minutes=40)
    life.after(minutes=1).reads("bed", in_bed=True)
    out(life, minutes=40)
    assert life.codes() == ["bed_absence", "back_in_bed", "bed_absence"]


def test_a_way_to_the_toilet_is_none() -> None:
    life = asleep()
    for _ in range(3):
        out(life, minutes=15)
        life.after(minutes=1).reads("bed", in_bed=True)
    assert life.found == []


def test_the_day_is_for_being_up() -> None:
    life = asleep("05:30")
    out(life, minutes=600)
    assert life.codes() == []


def test_an_absence_that_began_before_the_night_counts_from_its_beginning() -> None:
    life = asleep("20:00")
    out(life, minutes=140)  # until a quarter past ten
    assert life.found == []
    life.until(local("22:30"))
    assert life.codes() == ["bed_absence"]


def test_events_alone_are_enough() -> None:
    now = local("23:30")
    life = Life(circumstances(now, kinds={"bed": "mattress"}), now)
    life.says(EventKind.BED_ENTRY, "bed")
    life.after(minutes=40).says(EventKind.BED_EXIT, "bed")
    life.after(minutes=30)
    assert life.codes() == ["bed_absence"]
    life.says(EventKind.BED_ENTRY, "bed")
    assert life.codes() == ["bed_absence", "back_in_bed"]


def test_the_beds_own_word_is_believed() -> None:
    life = asleep()
    life.says(EventKind.BED_ABSENCE, "bed")
    assert life.codes() == ["bed_absence"]


@pytest.mark.parametrize("mode", [Mode.AWAY, Mode.HOSPITAL, Mode.HOLIDAY, Mode.INSTALL])
def test_only_somebody_at_home_is_missed(mode: Mode) -> None:
    life = asleep()
    life.enters(mode)
    out(life, minutes=60)
    assert life.found == []


def test_a_bed_that_was_offline_says_nothing_about_the_night() -> None:
    life = asleep(monitoring={"bed": {"absence_limit_s": 7200}}, lives_alone=False)
    out(life, minutes=5)
    life.after(hours=3)
    assert life.codes() == ["device_offline"]


def test_a_return_while_the_hub_was_down_is_heard_before_it_is_judged() -> None:
    life = asleep()
    out(life, minutes=20)
    life.now += timedelta(minutes=15)
    life.restarts()
    life.look()
    life.after(minutes=1).reads("bed", in_bed=True)
    assert life.found == []


def test_the_window_and_the_limit_are_the_persons_own() -> None:
    profile = {"bed": {"absence_limit_s": 60, "night_from": "13:00", "night_until": "15:00"}}
    life = asleep("13:30", monitoring=profile)
    out(life, minutes=2)
    assert life.codes() == ["bed_absence"]
