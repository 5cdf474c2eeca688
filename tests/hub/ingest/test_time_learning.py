"""What a device's messages teach of its clock: a constant is learned, a buffer is not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.ingest.clock_learning import CONTINUING_AFTER, TOLERANCE, learn
from hub.ingest.timekeeping import FUTURE_MAX, LIVE_WITHIN, Quality, SettledTime, settle_event_time, settle_time
from hub.storage.device_clocks import RIGHT_CLOCK, DeviceClock
from tests.hub.ingest.worlds import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EIGHT_HOURS = 8 * HOUR
#: What is added to its times, by what is wrong with the clock.
OFFSETS = {
    "local time sent as UTC": -EIGHT_HOURS,
    "UTC sent as local time": EIGHT_HOURS,
    "summer time forgotten": -HOUR,
    "a quarter of an hour slow": timedelta(minutes=15),
    "+05:45 taken for UTC": -timedelta(hours=5, minutes=45),
    "booted in 1970": NOW - datetime(1970, 1, 1, tzinfo=UTC),
    "booted in 2000": NOW - datetime(2000, 1, 1, tzinfo=UTC),
    "lost a year": timedelta(days=365),
    "in 2099": NOW - datetime(2099, 1, 1, tzinfo=UTC),
}


@dataclass
class Listener:
    """The hub's side of one device."""

    clock: DeviceClock = RIGHT_CLOCK
    newest_at: datetime | None = None
    settled: list[SettledTime] = field(default_factory=list)

    def hear(self, claimed: datetime, received_at: datetime, *, direct: bool = False) -> SettledTime:
        self.clock = learn(self.clock, claimed, received_at, newest_at=self.newest_at, direct=direct)
        time = settle_time(claimed, received_at, self.clock)
        if not time.historical:
            self.newest_at = max(self.newest_at or time.at, time.at)
        self.settled.append(time)
        return time

    def hear_all(self, messages: Iterable[tuple[datetime, datetime]]) -> SettledTime:
        for claimed, received_at in messages:
            time = self.hear(claimed, received_at)
        return time


def live(offset: timedelta, *, minutes: range, every: timedelta = MINUTE) -> Iterator[tuple[datetime, datetime]]:
    """(claimed, received) of a device that sends at once, in steps of `every` since `NOW`."""
    return ((NOW + step * every - offset, NOW + step * every) for step in minutes)


def emptied(
    offset: timedelta, measured_from: datetime, readings: int, received_from: datetime, pace: float
) -> Iterator[tuple[datetime, datetime]]:
    """A buffer of one reading a minute, emptied `pace` times as fast as it was filled."""
    for number in range(readings):
        yield measured_from + number * MINUTE - offset, received_from + number * MINUTE / pace


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.mark.parametrize("offset", OFFSETS.values(), ids=OFFSETS)
def test_a_clock_that_is_off_by_a_constant_is_learned_and_its_readings_are_live(
    listener: Listener, offset: timedelta
) -> None:
    listener.hear_all(live(offset, minutes=range(12)))
    assert listener.clock.offset == offset
    assert listener.settled[-1] == SettledTime(NOW + 11 * MINUTE, Quality.CORRECTED, historical=False)


def test_it_takes_enough_messages_over_enough_time(listener: Listener) -> None:
    listener.hear_all(live(EIGHT_HOURS, minutes=range(40), every=timedelta(seconds=10)))
    assert not listener.clock.offset  # 40 messages in less than ten minutes
    hourly = Listener()
    hourly.hear_all(live(EIGHT_HOURS, minutes=range(4), every=HOUR))
    assert not hourly.clock.offset  # 4 messages in three hours
    hourly.hear_all(live(EIGHT_HOURS, minutes=range(4, 5), every=HOUR))
    assert hourly.clock.offset == EIGHT_HOURS


def test_a_right_clock_has_nothing_on_record(listener: Listener) -> None:
    listener.hear_all(live(timedelta(), minutes=range(100)))
    assert listener.clock is RIGHT_CLOCK
    assert {time.quality for time in listener.settled} == {Quality.DEVICE}


@pytest.mark.parametrize("pace", [1.2, 2, 60, 10_000])
@pytest.mark.parametrize("known", [True, False])
def test_a_buffer_that_is_emptied_teaches_nothing(listener: Listener, pace: float, known: bool) -> None:
    if known:
        listener.hear_all(live(timedelta(), minutes=range(3)))
    back_at = NOW + 6 * HOUR
    listener.hear_all(emptied(timedelta(), NOW + 3 * MINUTE, 355, back_at, pace))
    assert not listener.clock.offset
    assert {time.quality for time in listener.settled} == {Quality.DEVICE}
    assert listener.hear(back_at + 6 * HOUR, back_at + 6 * HOUR).historical is False


def test_a_buffer_that_is_emptied_as_fast_as_it_is_filled_needs_two_hours_to_look_like_a_clock(
    listener: Listener,
) -> None:
    listener.hear_all(live(timedelta(), minutes=range(3)))
    stopped_for = timedelta(hours=3)
    start = NOW + 3 * MINUTE + stopped_for  # it stood without power, or keeps sending the oldest of a full buffer
    two_hours = int(CONTINUING_AFTER / MINUTE)
    listener.hear_all((start + step * MINUTE - stopped_for, start + step * MINUTE) for step in range(two_hours))
    assert not listener.clock.offset
    assert listener.settled[-1].historical
    last = start + CONTINUING_AFTER
    assert listener.hear(last - stopped_for, last) == SettledTime(last, Quality.CORRECTED, historical=False)


def test_history_between_live_readings_teaches_nothing(listener: Listener) -> None:
    for step in range(60):
        now = NOW + step * MINUTE
        listener.hear(now, now)
        listener.hear(now - timedelta(days=1), now)
    assert listener.clock.supposed is not None
    assert not listener.clock.offset
    assert [time.historical for time in listener.settled] == [False, True] * 60


@pytest.mark.parametrize("offset", OFFSETS.values(), ids=OFFSETS)
def test_the_buffer_of_a_wrong_clock_is_placed_in_its_order(listener: Listener, offset: timedelta) -> None:
    listener.hear_all(live(offset, minutes=range(12)))
    back_at = NOW + 10 * HOUR
    before = len(listener.settled)
    listener.hear_all(emptied(offset, NOW + 12 * MINUTE, 588, back_at, 600))
    placed = listener.settled[before:]
    assert {time.quality for time in placed} == {Quality.CORRECTED}
    assert [time.at for time in placed] == [NOW + (12 + number) * MINUTE for number in range(588)]
    assert listener.clock.offset == offset


@pytest.mark.parametrize("offset", [one for one in OFFSETS.values() if one > timedelta()], ids=str)
def test_a_slow_clock_that_is_set_right_is_believed_at_once(listener: Listener, offset: timedelta) -> None:
    listener.hear_all(live(offset, minutes=range(12)))
    assert listener.hear(NOW + 12 * MINUTE, NOW + 12 * MINUTE).quality is Quality.DEVICE
    assert not listener.clock.offset


@pytest.mark.parametrize("offset", [one for one in OFFSETS.values() if one < timedelta()], ids=str)
def test_a_fast_clock_that_is_set_right_is_believed_with_the_second_message(
    listener: Listener, offset: timedelta
) -> None:
    listener.hear_all(live(offset, minutes=range(12)))
    listener.hear_all(live(timedelta(), minutes=range(12, 14)))
    assert listener.settled[-1] == SettledTime(NOW + 13 * MINUTE, Quality.DEVICE, historical=False)
    assert not listener.clock.offset


def test_what_a_fast_clock_buffered_before_it_was_set_right_keeps_its_order(listener: Listener) -> None:
    listener.hear_all(live(-EIGHT_HOURS, minutes=range(12)))
    listener.hear_all(live(timedelta(), minutes=range(12, 20)))
    late = listener.hear(NOW + 15 * MINUTE + EIGHT_HOURS, NOW + 21 * MINUTE)
    assert late == SettledTime(NOW + 15 * MINUTE, Quality.CORRECTED, historical=False)
    assert not listener.clock.offset


def test_a_clock_that_is_set_wrong_otherwise_is_learned_anew(listener: Listener) -> None:
    listener.hear_all(live(EIGHT_HOURS, minutes=range(12)))
    listener.hear_all(live(-HOUR, minutes=range(12, 24)))
    assert listener.clock.offset == -HOUR
    listener.hear_all(live(9 * HOUR, minutes=range(24, 36)))
    assert listener.clock.offset == 9 * HOUR


def test_a_clock_that_begins_anew_at_each_boot_is_followed(listener: Listener) -> None:
    for boot in range(3):
        booted_at = NOW + boot * 2 * HOUR
        offset = booted_at - datetime(1970, 1, 1, tzinfo=UTC)
        listener.hear_all((booted_at + step * MINUTE - offset, booted_at + step * MINUTE) for step in range(12))
        assert listener.clock.offset == offset


def test_a_clock_that_drifts_is_followed(listener: Listener) -> None:
    listener.hear_all(live(EIGHT_HOURS, minutes=range(12)))
    for hour in range(1, 400):  # a second an hour, one way and then the other
        offset = EIGHT_HOURS + timedelta(seconds=hour)
        listener.hear(NOW + hour * HOUR - offset, NOW + hour * HOUR)
    assert abs(listener.clock.offset - EIGHT_HOURS - timedelta(seconds=399)) <= TOLERANCE
    for hour in range(400, 800):
        offset = EIGHT_HOURS + timedelta(seconds=800 - hour)
        listener.hear(NOW + hour * HOUR - offset, NOW + hour * HOUR)
    assert abs(listener.clock.offset - EIGHT_HOURS) <= TOLERANCE
    assert not any(time.historical for time in listener.settled[12:])


def test_two_events_that_say_when_they_were_sent_are_enough(listener: Listener) -> None:
    listener.hear(NOW - EIGHT_HOURS, NOW, direct=True)
    listener.hear(NOW + MINUTE - EIGHT_HOURS, NOW + MINUTE, direct=True)
    assert listener.clock.offset == EIGHT_HOURS


def test_events_that_waited_together_do_not_look_like_a_clock(listener: Listener) -> None:
    for number in range(30):  # sent a minute apart, received in half a minute each
        listener.hear(NOW - EIGHT_HOURS + number * MINUTE, NOW + number * timedelta(seconds=30), direct=True)
    assert not listener.clock.offset


@given(
    offset=st.timedeltas(min_value=-timedelta(days=40_000), max_value=timedelta(days=20_000)).filter(
        lambda offset: not -FUTURE_MAX - MINUTE <= offset <= LIVE_WITHIN + MINUTE
    ),
    ways=st.lists(st.floats(0, 60), min_size=25, max_size=25),
    every_s=st.integers(60, 1800),
)
@settings(max_examples=50, deadline=None)
def test_any_constant_is_learned_through_any_way_of_up_to_a_minute(
    offset: timedelta, ways: list[float], every_s: int
) -> None:
    listener = Listener()
    for number, way_s in enumerate(ways):
        measured_at = NOW + timedelta(seconds=number * every_s)
        received_at = measured_at + timedelta(seconds=way_s)
        time = listener.hear(measured_at - offset, received_at)
    assert time.quality is Quality.CORRECTED
    assert not time.historical
    assert abs(time.at - measured_at) <= timedelta(seconds=60)


@given(
    outages=st.lists(st.tuples(st.integers(1, 2000), st.floats(1.3, 5000)), min_size=1, max_size=6),
    live_between=st.integers(0, 20),
)
@settings(max_examples=50, deadline=None)
def test_a_right_clock_is_never_corrected_whatever_it_buffers(
    outages: list[tuple[int, float]], live_between: int
) -> None:
    """Outages of any length, each buffer emptied at any pace above life's, with or without live readings between."""
    listener = Listener()
    now = NOW
    for minutes, pace in outages:
        for _ in range(live_between):
            now += MINUTE
            listener.hear(now, now)
        measured, received_at = now, now + minutes * MINUTE
        while measured < received_at - MINUTE:
            measured += MINUTE
            received_at += MINUTE / pace
            listener.hear(measured, received_at)
        now = received_at
    assert {time.quality for time in listener.settled} <= {Quality.DEVICE}


# --- Events ----------------------------------------------------------------------------------------------------------


def test_a_press_of_a_fast_clock_that_says_now_is_of_now() -> None:
    fast = DeviceClock(offset=-EIGHT_HOURS)
    assert settle_event_time(NOW, None, NOW, fast) == SettledTime(NOW, Quality.DEVICE, historical=False)
    assert settle_time(NOW, NOW, fast) == SettledTime(NOW - EIGHT_HOURS, Quality.CORRECTED, historical=True)


@pytest.mark.parametrize("wrong_by", [-EIGHT_HOURS, NOW - datetime(1970, 1, 1, tzinfo=UTC)])
def test_a_wrong_clock_that_nothing_is_known_of_still_says_how_old_an_event_is(wrong_by: timedelta) -> None:
    sent_at = NOW - wrong_by
    settled = settle_event_time(sent_at - 3 * HOUR, sent_at, NOW)
    assert settled == SettledTime(NOW - 3 * HOUR, Quality.CORRECTED, historical=True)
    assert settle_event_time(sent_at + HOUR, sent_at, NOW).quality in {Quality.FUTURE, Quality.IMPLAUSIBLE}


def test_an_event_that_waited_long_enough_to_be_sent_by_a_right_clock_keeps_its_time() -> None:
    settled = settle_event_time(NOW - 3 * HOUR, NOW, NOW)
    assert settled == SettledTime(NOW - 3 * HOUR, Quality.DEVICE, historical=True)


def test_nothing_is_corrected_into_the_future() -> None:
    slow = DeviceClock(offset=EIGHT_HOURS)
    assert settle_time(NOW + MINUTE - EIGHT_HOURS, NOW, slow) == SettledTime(NOW, Quality.CORRECTED, historical=False)
