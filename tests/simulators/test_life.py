"""A day has no gap, nights are for sleep, steps never fall, and a turn changes what comes and not what was."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.life.day import plan_day
from simulators.life.living import Life
from simulators.life.pastimes import BEARINGS, Pastime
from simulators.life.person import Person, person_of

seeds = st.text(min_size=1, max_size=8)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
zones = st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
MISFORTUNES = {Pastime.ON_THE_FLOOR, Pastime.MOTIONLESS, Pastime.UP_AT_NIGHT, Pastime.AWAY}
A_DAY = timedelta(days=1)


def minutes(person: Person, day: date, pastime: Pastime) -> float:
    spans = [span for span in plan_day(person, day) if span.pastime is pastime]
    return sum((span.end - span.start) / timedelta(minutes=1) for span in spans)


@settings(deadline=None)
@given(seed=seeds, day=days, zone=zones)
def test_a_day_is_whole_from_midnight_to_midnight(seed: str, day: date, zone: str) -> None:
    person = person_of(seed, zone)
    spans = plan_day(person, day)
    assert spans[0].start == person.midnight(day)
    assert spans[-1].end == person.midnight(day + A_DAY)
    assert all(span.start < span.end for span in spans)
    assert all(before.end == after.start for before, after in pairwise(spans))
    assert all(before.pastime is not after.pastime for before, after in pairwise(spans))


@settings(deadline=None)
@given(seed=seeds, day=days)
def test_a_day_in_this_country_has_24_hours(seed: str, day: date) -> None:
    assert person_of(seed).length_of(day) == A_DAY


@settings(deadline=None)
@given(seed=seeds, day=days)
def test_people_sleep_at_night_but_for_the_toilet(seed: str, day: date) -> None:
    person = person_of(seed)
    one, four = person.midnight(day) + timedelta(hours=1), person.midnight(day) + timedelta(hours=4)
    at_night = {span.pastime for span in plan_day(person, day) if span.start < four and span.end > one}
    assert at_night <= {Pastime.SLEEPING, Pastime.TOILET}
    assert minutes(person, day, Pastime.SLEEPING) > 5 * 60


@settings(deadline=None)
@given(seed=seeds, day=days)
def test_people_eat_three_times_and_nothing_happens_to_them_by_plan(seed: str, day: date) -> None:
    spans = plan_day(person_of(seed), day)
    assert sum(span.pastime is Pastime.EATING for span in spans) == 3
    assert not MISFORTUNES & {span.pastime for span in spans}


@settings(deadline=None)
@given(seed=seeds, day=days)
def test_the_same_person_lives_the_same_day_again(seed: str, day: date) -> None:
    plan_day.cache_clear()
    first = plan_day(person_of(seed), day)
    plan_day.cache_clear()
    assert plan_day(person_of(seed), day) == first


def test_days_and_people_differ() -> None:
    someone, somebody_else = person_of("a"), person_of("b")
    today, tomorrow = date(2026, 11, 22), date(2026, 11, 23)
    shapes = [
        [(span.start - person.midnight(day), span.pastime) for span in plan_day(person, day)]
        for person, day in ((someone, today), (someone, tomorrow), (somebody_else, today))
    ]
    assert shapes[0] != shapes[1]
    assert shapes[0] != shapes[2]


def test_some_days_have_a_visitor_and_some_nights_none_of_the_toilet() -> None:
    person = person_of("a")
    month = [date(2026, 11, 1) + timedelta(days=number) for number in range(30)]
    visited = [minutes(person, day, Pastime.HOSTING) > 0 for day in month]
    assert 0 < sum(visited) < 30


turns = st.lists(
    st.tuples(st.integers(0, 1439), st.sampled_from(sorted(Pastime)), st.none() | st.integers(1, 300)), max_size=6
)


@settings(max_examples=60, deadline=None)
@given(seed=seeds, day=days, turned=turns)
def test_steps_never_fall_before_midnight_whatever_happens(
    seed: str, day: date, turned: list[tuple[int, Pastime, int | None]]
) -> None:
    person = person_of(seed)
    life, midnight = Life(person), person.midnight(day)
    planned = sorted(turned, key=lambda turn: turn[0])
    steps = []
    for minute in range(0, 1440, 5):
        while planned and planned[0][0] <= minute:
            _, pastime, lasting = planned.pop(0)
            now = midnight + timedelta(minutes=minute)
            life.turn(now, pastime, until=None if lasting is None else now + timedelta(minutes=lasting))
        steps.append(life.at(midnight + timedelta(minutes=minute)).steps)
    assert steps[0] == 0
    assert steps == sorted(steps)


@settings(deadline=None)
@given(seed=seeds, minute=st.integers(1, 1400), lasting=st.integers(1, 30))
def test_a_turn_is_lived_until_its_end_and_then_the_day_goes_on(seed: str, minute: int, lasting: int) -> None:
    person = person_of(seed)
    day = date(2026, 11, 22)
    begin = person.midnight(day) + timedelta(minutes=minute)
    end = begin + timedelta(minutes=lasting)
    planned, lived = Life(person), Life(person)
    lived.turn(begin, Pastime.ON_THE_FLOOR, until=end)
    assert lived.at(begin - timedelta(seconds=1)).pastime is planned.at(begin - timedelta(seconds=1)).pastime
    assert lived.at(begin).pastime is Pastime.ON_THE_FLOOR
    assert lived.at(end - timedelta(seconds=1)).pastime is Pastime.ON_THE_FLOOR
    assert lived.at(end).pastime is planned.at(end).pastime


def test_a_turn_without_an_end_lasts_over_midnight_until_the_day_is_resumed() -> None:
    person = person_of("a")
    life, evening = Life(person), person.midnight(date(2026, 11, 22)) + timedelta(hours=20)
    life.turn(evening, Pastime.MOTIONLESS)
    next_noon = evening + timedelta(hours=16)
    assert life.at(next_noon).pastime is Pastime.MOTIONLESS
    life.resume(next_noon)
    assert life.at(next_noon).pastime is not Pastime.MOTIONLESS
    assert life.at(next_noon - timedelta(hours=1)).pastime is Pastime.MOTIONLESS


@settings(deadline=None)
@given(seed=seeds, day=days)
def test_a_walk_ends_where_it_began(seed: str, day: date) -> None:
    person = person_of(seed)
    life = Life(person)
    for span in plan_day(person, day):
        here = life.at(span.start)
        assert abs(here.lat - person.home_lat) + abs(here.lon - person.home_lon) < 0.001


def test_every_pastime_has_a_bearing() -> None:
    assert set(BEARINGS) == set(Pastime)
    assert all(0 <= bearing.activity <= 1 for bearing in BEARINGS.values())


def test_a_moment_knows_its_local_hour() -> None:
    noon_in_shanghai = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    assert Life(person_of("a")).at(noon_in_shanghai).local_hour == 12
