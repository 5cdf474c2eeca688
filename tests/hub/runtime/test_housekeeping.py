"""Housekeeping: one process does it, at its intervals, whatever a single job does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import psycopg
import pytest

from hub.housekeeping import Job, run_housekeeping, schedule
from hub.storage import leadership


@asynccontextmanager
async def _running(dsn: str, *jobs: Job) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(run_housekeeping(dsn, jobs))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def _short_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leadership, "_RETRY_S", 0.05)
    monkeypatch.setattr(leadership, "_PROBE_S", 0.05)


def _counting(name: str, runs: list[str]) -> Job:
    async def work() -> None:
        runs.append(name)

    return Job(name=name, every=timedelta(milliseconds=50), work=work)


async def test_a_job_runs_at_once_and_then_at_its_interval(empty_database: str) -> None:
    runs: list[str] = []
    async with _running(empty_database, _counting("sweep", runs)):
        await _until(lambda: len(runs) >= 3)


async def test_a_failing_job_comes_again_and_harms_no_other(empty_database: str) -> None:
    runs: list[str] = []
    failures: list[str] = []

    async def fail() -> None:
        failures.append("failed")
        raise ValueError("this one is broken")

    broken = Job(name="broken", every=timedelta(milliseconds=50), work=fail)
    async with _running(empty_database, broken, _counting("sweep", runs)):
        await _until(lambda: len(failures) >= 2 and len(runs) >= 2)


async def test_only_one_of_two_processes_does_it_and_the_other_takes_over(empty_database: str) -> None:
    first_runs: list[str] = []
    second_runs: list[str] = []
    async with _running(empty_database, _counting("first", first_runs)):
        await _until(lambda: bool(first_runs))
        async with _running(empty_database, _counting("second", second_runs)) as second:
            await _until(lambda: len(first_runs) >= 5)
            assert second_runs == []
            assert not second.done()
    async with _running(empty_database, _counting("second", second_runs)):
        await _until(lambda: bool(second_runs))


async def test_a_leader_whose_connection_is_cut_stands_again(empty_database: str) -> None:
    runs: list[str] = []
    async with _running(empty_database, _counting("sweep", runs)):
        await _until(lambda: bool(runs))
        async with await psycopg.AsyncConnection.connect(empty_database, autocommit=True) as other:
            cut = await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%leader'"
            )
            assert cut.rowcount == 1
            before = len(runs)
            await _until(lambda: len(runs) > before + 2)


async def test_a_job_runs_soon_after_it_is_called_for(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "SOON", timedelta(milliseconds=20))
    runs: list[str] = []

    async def work() -> None:
        runs.append("ran")

    async with _running(empty_database, Job(name="look", every=timedelta(days=1), work=work, after="roster")):
        await _until(lambda: bool(runs))
        async with await psycopg.AsyncConnection.connect(empty_database, autocommit=True) as other:
            listening = "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE '%housekeeping listen'"
            async with asyncio.timeout(10):
                while (await (await other.execute(listening)).fetchone()) is None:
                    await asyncio.sleep(0.01)
                while len(runs) < 2:
                    await other.execute("NOTIFY roster")
                    await asyncio.sleep(0.05)
