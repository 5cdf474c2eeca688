"""What a device has to say is kept until the hub has it; and the two times of a life."""

import random
from datetime import UTC, datetime, time, timedelta

import pytest

from simulators.memory import BATCH_MAX, READINGS_MAX, Memory
from simulators.network import Fate, Network
from simulators.story_clock import StoryClock


def test_an_event_goes_before_readings_and_stays_until_it_is_forgotten() -> None:
    memory = Memory()
    memory.keep_reading({"seq": 1})
    memory.keep_event({"event": "worn"})
    first = memory.next()
    assert first is not None
    assert first.leaf == "event"
    assert memory.next() is first
    memory.forget(first)
    second = memory.next()
    assert second is not None
    assert (second.leaf, second.message) == ("telemetry", {"seq": 1})


def test_what_is_measured_while_a_batch_is_on_its_way_is_not_forgotten_with_it() -> None:
    memory = Memory()
    for number in range(BATCH_MAX + 1):
        memory.keep_reading({"seq": number})
    batch = memory.next()
    assert batch is not None
    assert batch.count == BATCH_MAX
    memory.keep_reading({"seq": BATCH_MAX + 1})
    memory.forget(batch)
    left = memory.next()
    assert left is not None
    assert left.message == {"readings": [{"seq": BATCH_MAX}, {"seq": BATCH_MAX + 1}]}


def test_a_full_memory_forgets_the_oldest() -> None:
    memory = Memory()
    for number in range(READINGS_MAX + 5):
        memory.keep_reading({"seq": number})
    assert len(memory) == READINGS_MAX
    oldest = memory.next()
    assert oldest is not None
    assert not isinstance(oldest.message, bytes)
    assert oldest.message["readings"][0] == {"seq": 5}


def test_a_network_throws_its_dice_as_often_as_it_says() -> None:
    dice = random.Random("dice")
    fates = [Network(loss=0.2, duplicates=0.5).fate(dice) for _ in range(4000)]
    share = {fate: fates.count(fate) / len(fates) for fate in Fate}
    assert share[Fate.LOST] == pytest.approx(0.1, abs=0.03)
    assert share[Fate.UNANSWERED] == pytest.approx(0.1, abs=0.03)
    assert share[Fate.TWICE] == pytest.approx(0.4, abs=0.04)


def test_a_life_that_runs_fast_is_stamped_with_real_times() -> None:
    clock = StoryClock(speed=600, starts_at=time(2, 0))
    lived = clock.now() + timedelta(hours=5)
    assert clock.wall(lived) - datetime.now(UTC) == pytest.approx(timedelta(seconds=30), abs=timedelta(seconds=2))


def test_what_lies_before_the_start_keeps_its_true_distance() -> None:
    clock = StoryClock(speed=600, starts_at=time(2, 0))
    past = clock.now() - timedelta(hours=3)
    assert datetime.now(UTC) - clock.wall(past) == pytest.approx(timedelta(hours=3), abs=timedelta(seconds=5))


def test_a_life_begins_at_the_hour_that_it_is_told() -> None:
    lived = StoryClock(starts_at=time(2, 30), timezone="Asia/Shanghai").now() + timedelta(hours=8)
    assert (lived.hour, lived.minute) == (2, 30)


def test_a_life_does_not_stand_still() -> None:
    with pytest.raises(ValueError, match="stands still"):
        StoryClock(speed=0)
