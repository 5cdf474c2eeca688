"""Blindness at the web role: judged without a clock, said on the stream, and answered quickly."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from psycopg.conninfo import conninfo_to_dict

from hub.api.sight import AWAY_AFTER_S, START_S, Sight, Sighted
from hub.clock import monotonic_s
from hub.storage.heartbeats import beat
from hub.storage.sight import BlindBecause, Blindness
from tests.hub.api.conftest import Client, Web
from tests.hub.api.sse import reading

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class Watch:
    """A sight and the clock it is judged by."""

    def __init__(self) -> None:
        self.s = 0.0
        self.sight = Sight(NOON, 0.0)

    def answer(self, trouble: str | None = None) -> None:
        self.sight.note_answer(trouble, self.at, self.s)

    def judge(self, s: float) -> Blindness | Sighted | None:
        self.s = s
        return self.sight.judge(self.at, s)

    @property
    def at(self) -> datetime:
        return NOON + timedelta(seconds=self.s)


def test_a_database_that_answers_is_no_news() -> None:
    watch = Watch()
    for s in range(20):
        watch.answer()
        assert watch.judge(float(s)) is None


def test_a_silent_database_is_found_at_the_second_look_after_three_seconds_with_its_last_word() -> None:
    watch = Watch()
    watch.s = 1.0
    watch.answer()
    assert watch.judge(AWAY_AFTER_S + 1.0) is None
    assert watch.judge(AWAY_AFTER_S + 1.5) is None
    assert watch.judge(AWAY_AFTER_S + 2.0) == Blindness(
        because=BlindBecause.DATABASE_AWAY, since=NOON + timedelta(seconds=1)
    )
    assert watch.judge(AWAY_AFTER_S + 2.5) is None
    assert watch.sight.database_is_away


def test_one_look_that_came_late_is_no_blindness() -> None:
    watch = Watch()
    assert watch.judge(30.0) is None
    watch.answer()
    assert watch.judge(30.5) is None


def test_when_it_answers_the_length_of_the_blindness_is_known() -> None:
    watch = Watch()
    watch.judge(4.0)
    watch.judge(4.5)
    watch.s = 90.0
    watch.answer()
    assert watch.judge(90.0) == Sighted(since=NOON, until=NOON + timedelta(seconds=90))
    assert watch.sight.blindness is None


def test_an_ingest_that_cannot_store_blinds_though_the_database_answers() -> None:
    watch = Watch()
    watch.s = START_S
    watch.answer("ingest is not ready: nothing can be stored")
    assert watch.judge(START_S) == Blindness(because=BlindBecause.NOT_TAKING_IN, since=watch.at)
    assert not watch.sight.database_is_away


def test_a_hub_that_starts_is_not_blind() -> None:
    watch = Watch()
    watch.s = START_S - 1
    watch.answer("ingest is not running")
    assert watch.judge(START_S - 1) is None


def test_a_blindness_that_changes_its_reason_is_still_the_same() -> None:
    watch = Watch()
    watch.judge(4.0)
    watch.judge(4.5)
    watch.s = 60.0
    watch.answer("ingest is not running")
    assert watch.judge(60.0) == Blindness(because=BlindBecause.NOT_TAKING_IN, since=NOON)
    watch.s = 62.0
    watch.answer()
    assert watch.judge(62.0) == Sighted(since=NOON, until=NOON + timedelta(seconds=62))


# --- With a database -------------------------------------------------------------------------------------------------


@contextmanager
def stopped_database(web: Web) -> Iterator[None]:
    """Every process of the server stands still: nothing is refused, nothing is answered."""
    postmaster = psutil.Process(_postmaster_pid(web))
    family = [postmaster, *postmaster.children(recursive=True)]
    for process in family:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in family:
            os.kill(process.pid, signal.SIGCONT)


def _postmaster_pid(web: Web) -> int:
    host = conninfo_to_dict(web.dsn)["host"]
    assert isinstance(host, str)
    return int((Path(host) / ".s.PGSQL.5432.lock").read_text().splitlines()[0])


@pytest.fixture
async def lively(web: Web) -> Web:
    """An ingest and a duty that have just spoken."""
    async with web.pool.connection() as connection:
        await beat(connection, "ingest", "process-1", ready=True)
        await beat(connection, "duty", "process-2", ready=True)
    return web


async def test_a_stopped_database_is_said_within_five_seconds_and_answered_at_once(lively: Web, admin: Client) -> None:
    async with reading(lively.app, admin.headers) as reader:
        assert (await reader.next("tick")).data["storing"] is True
        with stopped_database(lively):
            stopped_s = monotonic_s()
            blind = await reader.next("blind")
            assert monotonic_s() - stopped_s < 5.0
            assert blind.id is None
            assert blind.data["because"] == "database_away"
            assert blind.data["storing"] is False
            asked_s = monotonic_s()
            answers = await asyncio.gather(
                admin.get("/incidents"), admin.get("//readyz"), admin.get("//metrics"), admin.get("//healthz")
            )
            assert monotonic_s() - asked_s < 1.0
            assert [answer.status_code for answer in answers] == [503, 503, 200, 200]
            assert answers[0].headers["Retry-After"]
            assert answers[0].json()["code"] == "database_away"
            assert "anxin_database_up 0.0" in answers[2].text
        sighted = await reader.next("sighted")
        assert sighted.data["since"] == blind.data["since"]
        assert sighted.data["blind_s"] > 0
        assert (await reader.next("tick")).data["storing"] is True
    assert (await admin.get("/incidents")).status_code == 200


async def test_calls_that_wait_when_the_database_stops_are_answered_within_six_seconds(
    lively: Web, admin: Client
) -> None:
    with stopped_database(lively):
        began_s = monotonic_s()
        answers = await asyncio.gather(
            *(admin.get(path) for path in ("/incidents", "/me", "/maintenance", "//metrics"))
        )
        assert monotonic_s() - began_s < 6.0
        assert [answer.status_code for answer in answers] == [503, 503, 503, 200]
