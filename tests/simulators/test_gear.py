"""What devices make of a life: rhythms, batteries, wrists, and nothing measured that nobody could measure."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.gear.fixed import CallButton, FallRadar, Mattress
from simulators.gear.instrument import Battery, Look
from simulators.gear.kinds import KINDS, instrument_for
from simulators.gear.wearing import Hand
from simulators.gear.worn import Smartwatch, Wristband
from simulators.life.living import Life
from simulators.life.pastimes import Pastime
from simulators.life.person import person_of

MIDNIGHT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # in Shanghai
#: Measured only on a body.
OF_A_BODY = {"heart_rate_bpm", "spo2_pct", "body_temperature_c", "systolic_mmhg", "posture", "activity"}


def day_of(
    kind: str, seed: str, start: datetime, *, days: int = 1, life: Life | None = None
) -> list[tuple[datetime, Look]]:
    """Everything that a device of this kind would send."""
    lived = life or Life(person_of(seed))
    instrument, at, looks = instrument_for(kind, seed=seed), start, []
    while at < start + timedelta(days=days):
        look = instrument.look(lived.at(at))
        looks.append((at, look))
        at += look.next_in
    return looks


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_measures_the_same_day(kind: str) -> None:
    assert day_of(kind, "a", MIDNIGHT) == day_of(kind, "a", MIDNIGHT)


@settings(max_examples=15, deadline=None)
@given(seed=st.text(min_size=1, max_size=6), kind=st.sampled_from(["smartwatch", "wristband"]))
def test_counted_steps_never_fall_before_midnight_and_begin_again_after_it(seed: str, kind: str) -> None:
    looks = day_of(kind, seed, MIDNIGHT, days=2)
    for midnight in (MIDNIGHT, MIDNIGHT + timedelta(days=1)):
        of_day = timedelta(0), timedelta(days=1)
        steps = [look.fields["steps"] for at, look in looks if look.fields and of_day[0] <= at - midnight < of_day[1]]
        assert steps == sorted(steps)
        assert steps[0] < 200


@settings(max_examples=15, deadline=None)
@given(seed=st.text(min_size=1, max_size=6), kind=st.sampled_from(["smartwatch", "wristband"]))
def test_nothing_of_a_body_is_measured_off_the_body(seed: str, kind: str) -> None:
    for _, look in day_of(kind, seed, MIDNIGHT, days=3):
        assert look.fields is not None
        assert look.fields["worn"] or not OF_A_BODY & look.fields.keys()
        assert not (look.fields["worn"] and look.fields["charging"])


@pytest.mark.parametrize("seed", ["a", "b", "c", "d"])
def test_a_watch_is_charged_before_it_goes_out_and_says_so(seed: str) -> None:
    looks = day_of("smartwatch", seed, MIDNIGHT, days=5)
    assert all(look.is_alive for _, look in looks)
    told = [occurrence.event for _, look in looks for occurrence in look.occurrences]
    assert told.count("charging_started") >= 2
    assert abs(told.count("charging_started") - told.count("charging_ended")) <= 1
    assert abs(told.count("removed") - told.count("worn")) <= 1


def test_a_battery_falls_evenly_and_is_flat_at_its_end() -> None:
    battery = Battery(lasts=timedelta(hours=10), charges_in=timedelta(hours=1))
    levels = []
    for hour in range(13):
        battery.pass_time(MIDNIGHT + timedelta(hours=hour), charging=False)
        levels.append(battery.shown_pct)
    assert levels == [100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 0, 0, 0]
    assert battery.is_flat
    battery.pass_time(MIDNIGHT + timedelta(hours=12, minutes=30), charging=True)
    assert battery.shown_pct == 50


def test_a_flat_watch_says_nothing_until_it_is_on_the_charger() -> None:
    watch, life = Smartwatch(seed="a"), Life(person_of("a"))
    watch.wrist.order(Hand.ON)
    watch.look(life.at(MIDNIGHT))
    watch.battery.level_pct = 0.01
    flat = watch.look(life.at(MIDNIGHT + timedelta(hours=1)))
    assert (flat.fields, flat.is_alive) == (None, False)
    watch.wrist.order(Hand.CHARGER)
    watch.look(life.at(MIDNIGHT + timedelta(hours=2)))
    back = watch.look(life.at(MIDNIGHT + timedelta(hours=3)))
    assert back.is_alive
    assert back.fields is not None
    assert back.fields["charging"]


def test_a_low_battery_is_said_once_and_taken_back_once() -> None:
    watch, life = Smartwatch(seed="a"), Life(person_of("a"))
    watch.wrist.order(Hand.ON)
    told = []
    for minute, level_pct in enumerate((50, 16, 14.5, 14, 13.6, 17, 21, 22)):
        watch.battery.level_pct = level_pct
        look = watch.look(life.at(MIDNIGHT + timedelta(minutes=minute)))
        told += [occurrence.event for occurrence in look.occurrences]
    assert told == ["low_battery", "battery_ok"]


def test_a_watch_left_at_home_stays_there_and_counts_no_steps() -> None:
    life = Life(person_of("a"))
    noon = MIDNIGHT + timedelta(hours=10)
    watch = Smartwatch(seed="a")
    watch.wrist.order(Hand.OFF)
    life.turn(noon, Pastime.WALKING)
    looks = [watch.look(life.at(noon + timedelta(minutes=minute))).fields or {} for minute in range(60)]
    assert len({fields["steps"] for fields in looks}) == 1
    assert {fields["location"]["source"] for fields in looks if "location" in fields} == {"wifi"}
    assert life.at(noon + timedelta(minutes=59)).steps > life.at(noon).steps


def test_a_watch_that_is_taken_along_shows_the_way() -> None:
    life = Life(person_of("a"))
    noon = MIDNIGHT + timedelta(hours=10)
    watch = Smartwatch(seed="a")
    watch.wrist.order(Hand.ON)
    life.turn(noon, Pastime.AWAY)
    places = [watch.look(life.at(noon + timedelta(minutes=minute))).fields or {} for minute in range(60)]
    last = places[-1]["location"]
    assert last["source"] == "gps"
    assert abs(last["lat"] - life.person.home_lat) + abs(last["lon"] - life.person.home_lon) > 0.05


def test_a_mattress_says_who_comes_and_goes_and_measures_nobody_in_an_empty_bed() -> None:
    looks = day_of("mattress", "a", MIDNIGHT)
    told = [occurrence.event for _, look in looks for occurrence in look.occurrences]
    assert told[0] == "bed_exit"
    assert all(before != after for before, after in pairwise(told))
    for _, look in looks:
        assert look.fields is not None
        assert ("heart_rate_bpm" in look.fields) == look.fields["in_bed"]


@pytest.mark.parametrize(
    ("make", "pastime", "sees"),
    [
        (lambda: Smartwatch(seed="a"), Pastime.WALKING, True),
        (lambda: Wristband(seed="a"), Pastime.TOILET, True),
        (lambda: FallRadar(seed="a"), Pastime.RESTING, True),
        (lambda: FallRadar(seed="a"), Pastime.TOILET, False),
        (lambda: Mattress(seed="a"), Pastime.SLEEPING, False),
        (lambda: CallButton(seed="a"), Pastime.RESTING, False),
    ],
)
def test_a_fall_is_seen_by_what_looks(
    make: Callable[[], Smartwatch | Wristband | FallRadar | Mattress | CallButton], pastime: Pastime, sees: bool
) -> None:
    life = Life(person_of("a"))
    life.turn(MIDNIGHT, pastime)
    assert (make().sees_fall(life.at(MIDNIGHT)) is not None) is sees


def test_a_watch_on_the_table_sees_no_fall() -> None:
    watch, life = Smartwatch(seed="a"), Life(person_of("a"))
    watch.wrist.order(Hand.OFF)
    watch.look(life.at(MIDNIGHT))
    assert watch.sees_fall(life.at(MIDNIGHT)) is None
