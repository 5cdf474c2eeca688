"""The schedule: each job at its interval, missed runs made up once, one failing job no harm to the others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial

import structlog

from hub.clock import utc_now
from hub.storage.leadership import lead

_log = structlog.get_logger(__name__)

OFFICE = "housekeeping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be done again and again; it must bear being done once too often."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[None]]


async def run_housekeeping(dsn: str, jobs: Sequence[Job]) -> None:
    """Run the jobs until cancelled, whenever this process is the one that leads."""
    await lead(dsn, OFFICE, partial(_keep_schedule, jobs))


async def _keep_schedule(jobs: Sequence[Job]) -> None:
    """Every job at once, and then at its interval."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler  # only the leading duty process pays for it
    from apscheduler.triggers.interval import IntervalTrigger

    # a misfire limit would drop the runs of a machine that was busy or asleep (the library's default is one second)
    defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
    for job in jobs:
        trigger = IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC)
        scheduler.add_job(_run, trigger, args=[job], id=job.name, next_run_time=utc_now())
    scheduler.start()
    try:
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown(wait=False)


async def _run(job: Job) -> None:
    try:
        await job.work()
    except Exception:  # noqa: BLE001 - the boundary of a job: the others go on, and this one comes again
        _log.exception("housekeeping_failed", job=job.name)
