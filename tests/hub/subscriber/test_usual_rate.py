"""A vendor at many times its usual: noticed against what was learned, said once, and no backlog taken for a flood."""

from collections.abc import AsyncIterator
from typing import cast

import pytest

from hub.ingest.subscriber.source import BrokerSource, SourceCounters
from hub.ingest.subscriber.usual import WINDOW_S, UsualRate
from hub.ingest.subscriber.watch import SourceWatch
from hub.storage.database import Pool, open_pool
from tests.hub.ingest.worlds import COUNTY, World


class Vendor:
    """A source that sends as the test says, on a clock the test moves."""

    def __init__(self, name: str = "vendor") -> None:
        self.name = name
        self.counters = SourceCounters()
        self.away_for_s = 0.0
        self.away_because = ""


def judged(rate: UsualRate, windows: list[float], began_s: float = 0.0, *, is_away: bool = False) -> list[bool]:
    """The verdict on each window of so many messages a second."""
    messages, now_s, verdicts = 0, began_s, []
    rate.judge(messages, now_s, is_away=is_away)
    for per_s in windows:
        messages += int(per_s * WINDOW_S)
        now_s += WINDOW_S
        verdicts.append(rate.judge(messages, now_s, is_away=is_away))
    return verdicts


def test_ten_times_the_usual_is_a_flood_said_once() -> None:
    rate = UsualRate()
    assert judged(rate, [30.0] * 100 + [300.0] * 60).count(True) == 1
    assert rate.is_flooding


def test_a_day_and_its_night_are_no_flood() -> None:
    assert not any(judged(UsualRate(), ([10.0] * 100 + [30.0] * 100) * 5))


def test_before_it_is_learned_nothing_is_a_flood() -> None:
    assert not any(judged(UsualRate(), [1.0] * 30 + [500.0] * 20))


def test_a_quiet_source_may_say_a_little_more() -> None:
    assert not any(judged(UsualRate(), [0.1] * 100 + [15.0] * 10))


def test_a_flood_that_ends_and_begins_again_is_said_again() -> None:
    assert judged(UsualRate(), [30.0] * 100 + [300.0] * 6 + [30.0] * 10 + [300.0] * 6).count(True) == 2


def test_a_new_normal_is_learned_within_a_day() -> None:
    rate = UsualRate()
    judged(rate, [30.0] * 100 + [300.0] * 8640)
    assert not rate.is_flooding


def test_what_was_queued_while_the_broker_was_away_is_no_flood() -> None:
    rate = UsualRate()
    judged(rate, [30.0] * 100)
    rate.judge(30_000, 1001.0, is_away=True)
    assert not any(rate.judge(30_000 + 5_000 * number, 1001.0 + 10 * number, is_away=False) for number in range(1, 12))


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database, name="test", max_size=1)
    yield pool
    await pool.close()


async def test_floods_of_sources_are_one_item_that_names_them(database: str, pool: Pool) -> None:
    world = World(database)
    world.division()
    vendors = [Vendor("one"), Vendor("other"), Vendor("calm")]
    watch = SourceWatch(pool, cast("list[BrokerSource]", vendors), COUNTY)
    for window in range(130):
        for vendor in vendors:
            floods = window > 100 and vendor.name != "calm"
            vendor.counters.messages += 3_000 if floods else 300
        await watch.look_for_floods(window * WINDOW_S)
    (item,) = world.run("SELECT kind, state, device_id, explanation FROM maintenance_item")
    assert (item["kind"], item["state"], item["device_id"]) == ("flood", "open", None)
    assert item["explanation"] == {"code": "source_flood", "params": {"sources": "one, other", "per_s": 300}}
