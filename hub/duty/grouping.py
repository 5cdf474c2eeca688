"""Keeps the groups of a storm and the power cuts of places up to date: shortly after something has come.

Woken by the stream, never more often than `PAUSE_S`, and now and then for what was missed. Nothing waits for it: an
incident is at the desk, and its ladder runs, before anybody asks what it has in common with others.
"""

import asyncio

import structlog

from hub.storage import groups, power_cuts
from hub.storage.database import DATABASE_AWAY, Pool, database_now
from hub.storage.faults import name_of
from hub.storage.wakeup import Wakeup

_log = structlog.get_logger(__name__)

#: A storm is looked at once a second, not once an incident.
PAUSE_S = 1.0
#: How late a group is at most when a wake-up was missed.
POLL_S = 15.0


class GroupKeeper:
    """Groups until cancelled. A failure is said once an episode, and delays nothing else."""

    def __init__(self, pool: Pool, wakeup: Wakeup, *, pause_s: float = PAUSE_S, poll_s: float = POLL_S) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._pause_s = pause_s
        self._poll_s = poll_s
        self._failing = False

    async def run(self) -> None:
        """Group, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._wakeup.run())
            tasks.create_task(self._group_for_ever())

    async def _group_for_ever(self) -> None:
        while True:
            try:
                async with self._pool.connection() as connection, connection.transaction():
                    await groups.regroup(connection)
                    await power_cuts.watch_power(connection, await database_now(connection))
                self._failing = False
            except Exception as error:  # noqa: BLE001 - a way of showing must not end the duty of its process
                self._say_once(error)
            await asyncio.sleep(self._pause_s)
            await self._wakeup.wait(self._poll_s)

    def _say_once(self, error: Exception) -> None:
        if not self._failing:
            level = _log.warning if isinstance(error, DATABASE_AWAY) else _log.error
            level("grouping_failed", error=name_of(error))
        self._failing = True


async def keep_groups(pool: Pool, dsn: str) -> None:
    """Keep groups with this pool, woken through `dsn`, until cancelled."""
    await GroupKeeper(pool, Wakeup(dsn, ["stream"], name="groups")).run()
