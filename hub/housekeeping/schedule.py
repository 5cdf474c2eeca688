"""The schedule: each job at its interval, missed runs made up once, one failing job no harm to the others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial

import structlog

from hub.clock import utc_now
from hub.storage.database import listen
from hub.storage.leadership import lead

_log = structlog.get_logger(__name__)

OFFICE = "housekeeping"
#: A plan of many places is written in one go.
SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be done again and again; it must bear being done once too often."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[None]]
    after: str | None = None  #: A channel of NOTIFY: soon after each word on it, too.


async def run_housekeeping(dsn: str, jobs: Sequence[Job]) -> None:
    """Run the jobs until cancelled, whenever this process is the one that leads."""
    await lead(dsn, OFFICE, partial(_keep_schedule, dsn, jobs))


async def _keep_schedule(dsn: str, jobs: Sequence[Job]) -> None:
    """Every job at once, then at its interval, and soon after it is called for."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler  # only the leading duty process pays for it
    from apscheduler.triggers.interval import IntervalTrigger

    # a misfire limit would drop the runs of a machine that was busy or asleep (the library's default is one second)
    defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
    for job in jobs:
        trigger = IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC)
        scheduler.add_job(_run, trigger, args=[job], id=job.name, next_run_time=utc_now())
    scheduler.start()
    called = {job.after: job for job in jobs if job.after is not None}
    try:
        if not called:
            await asyncio.Event().wait()
        async for channel, _ in listen(dsn, list(called), name=OFFICE):
            if channel in called:  # several words in a row are one run
                scheduler.modify_job(called[channel].name, next_run_time=utc_now() + SOON)
    finally:
        scheduler.shutdown(wait=False)


async def _run(job: Job) -> None:
    try:
        await job.work()
    except Exception:  # noqa: BLE001 - the boundary of a job: the others go on, and this one comes again
        _log.exception("housekeeping_failed", job=job.name)
