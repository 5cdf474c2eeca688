"""At every minute the answer is that of the clock on the wall, through the nights in which clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.rosters import (
    DayKind,
    DayName,
    DutyCalendar,
    Entry,
    Member,
    Override,
    OverrideKind,
    Roster,
    Rotation,
    Shift,
    duty_spans,
    gaps,
    on_duty,
)
from tests.alerts.rosters.minute_model import Wall, people_each_minute

#: Clocks go forward and back at night, by half an hour, at midnight, leave out a whole day - and are left alone.
NIGHTS = {
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2026, 11, 1)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Shanghai", date(2026, 2, 14)),
}
WALLS = {(zone, night): Wall(ZoneInfo(zone), night - timedelta(days=3), 7) for zone, night in sorted(NIGHTS)}
PEOPLE = tuple(Member(key=name, id=name, name=name, phone="10000000001") for name in ("甲", "乙", "丙", "丁"))
LOOKS = 40  #: Minutes at which the single answer is asked for, besides the spans that tell all of them.

times = st.builds(time, st.sampled_from([0, 1, 2, 3, 6, 8, 14, 22, 23]), st.sampled_from([0, 1, 30, 59]))
shifts = st.lists(
    st.builds(Shift, start=times, end=times, days=st.frozensets(st.sampled_from(DayName), max_size=4)), max_size=3
).map(tuple)


@st.composite
def rosters(draw: st.DrawFn) -> tuple[Roster, Wall]:
    zone, night = draw(st.sampled_from(sorted(NIGHTS)))
    wall = WALLS[zone, night]
    moments = st.integers(0, wall.minutes).map(wall.moment)
    days = st.integers(-3, 3).map(lambda offset: night + timedelta(days=offset))
    rotations = st.builds(
        Rotation, starts_on=days, handover=times, turn=st.sampled_from([1, 2, 7, 12, 24, 48, 60]).map(_hours)
    )
    spans = st.tuples(moments, moments).filter(lambda span: span[0] < span[1])
    entries = []
    for _ in range(draw(st.integers(0, 3))):
        rotation = draw(st.none() | rotations)
        members = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3 if rotation else 1))
        bounds = draw(st.just((None, None)) | spans)
        entries.append(
            Entry(members=tuple(members), rotation=rotation, shifts=draw(shifts), from_at=bounds[0], until_at=bounds[1])
        )
    overrides = [_override(draw, draw(spans)) for _ in range(draw(st.integers(0, 3)))]
    special = draw(st.dictionaries(days, st.sampled_from(DayKind), max_size=3))
    roster = Roster(
        division_id="990101000000",
        role="operator",
        timezone=ZoneInfo(zone),
        calendar=DutyCalendar(special=special),
        entries=tuple(entries),
        overrides=tuple(overrides),
    )
    return roster, wall


def _hours(hours: int) -> timedelta:
    return timedelta(hours=hours)


def _override(draw: st.DrawFn, span: tuple[datetime, datetime]) -> Override:
    kind = draw(st.sampled_from(OverrideKind))
    return Override(
        kind=kind,
        from_at=span[0],
        until_at=span[1],
        absent=None if kind is OverrideKind.ADD else draw(st.sampled_from(PEOPLE)).key,
        present=None if kind is OverrideKind.REMOVE else draw(st.sampled_from(PEOPLE)),
    )


def hold_against_the_wall(roster: Roster, wall: Wall, looks: Random) -> None:
    expected = people_each_minute(roster, wall)
    inner = range(1440, wall.minutes - 2 * 1440)  # what begins before the wall's first day is not on it
    since, until = wall.moment(inner.start), wall.moment(inner.stop)
    spans = duty_spans(roster, since, until)
    assert (spans[0].from_at, spans[-1].until_at) == (since, until)
    assert all(one.until_at == other.from_at and one.members != other.members for one, other in pairwise(spans))
    for span in spans:
        first, last = ((moment - wall.begin) // timedelta(minutes=1) for moment in (span.from_at, span.until_at))
        assert all(expected[minute] == list(span.members) for minute in range(first, last)), span
    for _ in range(LOOKS):
        minute = looks.choice(inner)
        assert list(on_duty(roster, wall.moment(minute))) == expected[minute], wall.moment(minute)
    assert list(gaps(roster, since, until)) == [span for span in spans if not span.members]


HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=15, deadline=None, suppress_health_check=HEALTH)
@given(drawn=rosters(), looks=st.randoms(use_true_random=False))
def test_at_every_minute_those_are_on_duty_whom_the_clock_on_the_wall_says(
    drawn: tuple[Roster, Wall], looks: Random
) -> None:
    hold_against_the_wall(*drawn, looks)


@pytest.mark.long
@settings(max_examples=1000, deadline=None, suppress_health_check=HEALTH)
@given(drawn=rosters(), looks=st.randoms(use_true_random=False))
def test_at_every_minute_of_a_thousand_plans_too(drawn: tuple[Roster, Wall], looks: Random) -> None:
    hold_against_the_wall(*drawn, looks)


@settings(max_examples=60, deadline=None)
@given(
    night=st.sampled_from(sorted(NIGHTS)),
    handover=times,
    hours=st.integers(1, 200),
    people=st.integers(1, 4),
    minute=st.integers(0, 5 * 1440) | st.integers(46 * 60, 53 * 60),
)
def test_the_turns_of_a_rotation_follow_each_other_without_gap_or_overlap(
    night: tuple[str, date], handover: time, hours: int, people: int, minute: int
) -> None:
    zone, day = ZoneInfo(night[0]), night[1]
    rotation = Rotation(starts_on=day - timedelta(days=2), handover=handover, turn=timedelta(hours=hours))
    at = datetime.combine(day - timedelta(days=2), time(0), UTC) + timedelta(minutes=minute)
    number = rotation.turn_at(at, zone)
    if number is None:
        assert at < rotation.begin_of(0, zone)
    else:
        assert rotation.begin_of(number, zone) <= at < rotation.begin_of(number + 1, zone)
    entry = Entry(members=PEOPLE[:people], rotation=rotation)
    roster = Roster(division_id="990101000000", role="operator", timezone=zone, entries=(entry,))
    begin = rotation.begin_of(0, zone)
    assert not gaps(roster, begin, begin + timedelta(days=6))
