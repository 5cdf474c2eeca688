"""Nights where clocks are set back and forward: no moment is left out, none comes back in time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.night import is_night, last_time, next_time
from alerts.rules.inactivity import next_due
from alerts.state import RecipientState
from tests.alerts.lives import Life, circumstances

BERLIN = ZoneInfo("Europe/Berlin")  # 2026-03-29 02:00 -> 03:00, 2026-10-25 03:00 -> 02:00
SANTIAGO = ZoneInfo("America/Santiago")  # 2026-04-05 24:00 -> 23:00 the evening before; 2026-09-06 00:00 -> 01:00
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # half an hour
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # +05:45
ZONES = [BERLIN, SANTIAGO, LORD_HOWE, KATHMANDU, ZoneInfo("America/New_York"), ZoneInfo("Asia/Shanghai")]
SECOND = timedelta(seconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "wanted", "moments"),
    [
        ("2026-10-24T23:50", time(2, 30), ["2026-10-25T00:30", "2026-10-26T01:30"]),  # shown twice
        ("2026-10-24T20:00", time(6), ["2026-10-25T05:00", "2026-10-26T05:00"]),  # a long night
        ("2026-03-28T20:00", time(2, 30), ["2026-03-29T01:00", "2026-03-30T00:30"]),  # jumped over
        ("2026-03-28T20:00", time(6), ["2026-03-29T04:00", "2026-03-30T04:00"]),  # a short one
        ("2028-02-28T20:00", time(6), ["2028-02-29T05:00", "2028-03-01T05:00"]),  # a leap day
        ("2038-01-18T20:00", time(6), ["2038-01-19T05:00", "2038-01-20T05:00"]),  # past what 32 bits hold
    ],
)
def test_a_time_comes_as_often_as_clocks_come_to_it(at: str, wanted: time, moments: list[str]) -> None:
    found = [next_time(utc(at), BERLIN, wanted)]
    while len(found) < len(moments):
        found.append(next_time(found[-1], BERLIN, wanted))
    assert found == [utc(moment) for moment in moments]
    assert [last_time(moment, BERLIN, wanted) for moment in found] == found
    assert [last_time(moment - SECOND, BERLIN, wanted) for moment in found[1:]] == found[:-1]


_EARLY, _LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
#: Any moment; often one within a day of clocks being set.
MOMENTS = st.one_of(
    st.integers(0, int((_LATE - _EARLY).total_seconds())).map(lambda after: _EARLY + after * SECOND),
    st.tuples(
        st.sampled_from(
            ["2026-03-29T01:00", "2026-10-25T01:00", "2026-04-05T03:00", "2026-09-06T04:00", "2026-04-04T15:00"]
        ),
        st.integers(-86_400, 86_400),
    ).map(lambda near: utc(near[0]) + near[1] * SECOND),
)
#: Times of day; often within the hours that are shown twice or left out.
TIMES = st.one_of(
    st.times(), st.sampled_from([time(0), time(1, 45), time(2), time(2, 30), time(3), time(23), time(23, 30)])
).map(lambda shown: shown.replace(microsecond=0))


@given(at=MOMENTS, zone=st.sampled_from(ZONES), night_from=TIMES, night_until=TIMES)
def test_between_two_turns_it_is_all_night_or_all_day(
    at: datetime, zone: ZoneInfo, night_from: time, night_until: time
) -> None:
    """What the stretches of stillness are cut by: each turn is later than the one before, and no turn is missed."""
    for _ in range(6):
        turn = min(next_time(at, zone, night_from), next_time(at, zone, night_until))
        assert at < turn <= at + timedelta(hours=25)
        steps = [at + (turn - SECOND - at) * part / 12 for part in range(13)]
        assert len({is_night(moment, zone, night_from, night_until) for moment in steps}) == 1
        at = turn


@given(at=MOMENTS, zone=st.sampled_from(ZONES), night_from=TIMES, night_until=TIMES)
@example(
    at=datetime(2026, 3, 29, 3, tzinfo=UTC),
    zone=ZoneInfo("Europe/Berlin"),
    night_from=time(2, 30),
    night_until=time(2),
)
def test_it_is_night_by_the_clock_on_the_wall(
    at: datetime, zone: ZoneInfo, night_from: time, night_until: time
) -> None:
    """But for the hour after clocks are set back, which is what the first showing of that hour led to."""
    local = at.astimezone(zone)
    if any((at - hour * timedelta(hours=1)).astimezone(zone).utcoffset() != local.utcoffset() for hour in range(3)):
        return
    shown = local.time()
    by_wall = night_from <= shown < night_until
    if night_from > night_until:
        by_wall = shown >= night_from or shown < night_until
    assert is_night(at, zone, night_from, night_until) is by_wall


@given(at=MOMENTS, zone=st.sampled_from(ZONES), wanted=TIMES)
def test_the_last_time_and_the_next_enclose_a_moment(at: datetime, zone: ZoneInfo, wanted: time) -> None:
    last, coming = last_time(at, zone, wanted), next_time(at, zone, wanted)
    assert last <= at < coming
    assert coming - last <= timedelta(hours=26)
    assert next_time(last, zone, wanted) == coming


def test_a_time_of_day_is_the_same_whichever_showing_it_was_read_from() -> None:
    santiago = ZoneInfo("America/Santiago")
    jump = utc("2026-09-06T04:00")
    assert last_time(jump, santiago, time(0, 54, 49, fold=1)) == jump
    assert last_time(jump, santiago, time(0, 54, 49)) == jump


# --- The rules that ask ----------------------------------------------------------------------------------------------


def still_since(began: datetime, zone: ZoneInfo, **inactivity: object) -> datetime:
    """When stillness from then on is too long."""
    of = circumstances(began, timezone=zone, monitoring={"inactivity": inactivity})
    state = RecipientState(since=began)
    state.still_since = state.watched_at = began
    due = next_due(state, of, began)
    assert due is not None
    return due


@pytest.mark.parametrize(
    ("began", "night_h"),
    [("2026-10-24T20:00", 9), ("2026-03-28T21:00", 7), ("2026-06-20T20:00", 8)],
    ids=["back", "forward", "as usual"],
)
def test_a_night_of_another_length_uses_up_another_share_of_the_limit(began: str, night_h: int) -> None:
    due = still_since(
        utc(began), BERLIN, day_limit_s=4 * 3600, night_limit_s=12 * 3600, night_from="22:00", night_until="06:00"
    )
    assert due - utc(began) == timedelta(hours=night_h + 4 * (1 - night_h / 12))


def test_a_night_that_ends_within_the_repeated_hour_ends_once() -> None:
    """At 02:30, for the first time; when clocks show 02:15 once more it stays day."""
    again = utc("2026-10-25T01:15")
    assert again.astimezone(BERLIN).time() == time(2, 15)
    assert is_night(utc("2026-10-25T00:15"), BERLIN, time(22), time(2, 30))
    assert not is_night(again, BERLIN, time(22), time(2, 30))
    window = {"night_from": "22:00", "night_until": "02:30"}
    due = still_since(utc("2026-10-25T00:45"), BERLIN, day_limit_s=4 * 3600, night_limit_s=8 * 3600, **window)
    assert due == utc("2026-10-25T04:45")


def test_the_count_of_steps_begins_anew_at_midnight_without_anybody_moving() -> None:
    """Also on the evening on which Santiago's clocks show the hour before midnight twice."""
    life = Life(circumstances(utc("2026-04-05T01:00"), timezone=SANTIAGO), now=utc("2026-04-05T01:00"))
    life.reads(steps=5000)
    life.after(minutes=5).reads(steps=5003)
    moved_at = life.state.alive_at
    life.after(hours=2).reads(steps=0)
    life.after(hours=1).reads(steps=0)
    assert life.state.alive_at == moved_at is not None
    life.after(minutes=5).reads(steps=7)
    assert life.state.alive_at == life.now
