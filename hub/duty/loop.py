"""The loop that passes deadlines: woken by NOTIFY, by the next deadline's time, and by a poll as a safety net.

Nothing is kept here: deadlines are rows, and what is due is locked, decided and carried out in one transaction. So two
loops share the work, and one that is killed at any point has either passed a deadline or left it as it was.
"""

import asyncio

import structlog

from hub.stations.deadlines import pass_due_held, pass_due_incidents
from hub.stations.shelving import pass_due_shelf, raise_unshelved
from hub.storage.database import DATABASE_AWAY, Pool
from hub.storage.faults import name_of
from hub.storage.shelves import SqlShelfStore
from hub.storage.timers import SqlDeadlineStore
from hub.storage.troubled import Troubled
from hub.storage.wakeup import Wakeup

_log = structlog.get_logger(__name__)

#: A step is taken within 1 s of its being due (DESIGN.md section 2), whatever NOTIFY or the sleep got wrong.
POLL_S = 0.8
#: What is due and locked by somebody else is looked at again after this: they are about to set its deadline anew.
LOCKED_PAUSE_S = 0.02
#: One transaction's worth: short enough that a person who takes one of them does not wait.
BATCH = 50
#: Batches at once while more than one is due. The pool of the role has room for them beside texts and heartbeats.
STORM_LANES = 3
#: How often a database that is away is tried again: the first pause doubles up to the longest.
RETRY_FIRST_S = 0.2
RETRY_LONGEST_S = 2.0


class DutyLoop:
    """Passes deadlines until cancelled."""

    def __init__(self, pool: Pool, wakeup: Wakeup, troubled: Troubled) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._troubled = troubled

    async def run(self) -> None:
        """Pass what is due, for ever. A database that is away is waited for and said once an episode."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._wakeup.run())
            tasks.create_task(self._pass_for_ever())

    async def pass_due(self) -> float:
        """Pass everything that is due; returns how long nothing will be."""
        while True:
            async with self._pool.connection() as connection, connection.transaction():
                shelves = SqlShelfStore(connection, self._troubled)
                if await pass_due_held(shelves) or await pass_due_shelf(shelves) or await raise_unshelved(shelves):
                    continue
            async with self._pool.connection() as connection, connection.transaction():
                store = SqlDeadlineStore(connection, self._troubled)
                passed = await pass_due_incidents(store, BATCH)
                due_s = await store.next_due_s()
            if passed == BATCH:
                await self._pass_storm()
            if passed:
                continue
            return POLL_S if due_s is None else min(max(due_s, LOCKED_PAUSE_S), POLL_S)

    async def _pass_storm(self) -> None:
        """Several batches at once, as several processes would: in a storm it is the database's answers that take time.

        One that fails does not end the others; then what it failed by is raised.
        """
        ended = await asyncio.gather(*[self._pass_batch() for _ in range(STORM_LANES)], return_exceptions=True)
        for failure in ended:
            if failure is not None:
                raise failure

    async def _pass_batch(self) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            await pass_due_incidents(SqlDeadlineStore(connection, self._troubled), BATCH)

    async def _pass_for_ever(self) -> None:
        pause_s = 0.0
        while True:
            try:
                quiet_s = await self.pass_due()
            except DATABASE_AWAY as error:
                if not pause_s:
                    _log.warning("duty_database_away", error=name_of(error))
                pause_s = min(max(pause_s * 2, RETRY_FIRST_S), RETRY_LONGEST_S)
                await asyncio.sleep(pause_s)
                continue
            except Exception:  # noqa: BLE001 - deadlines must go on; whatever this was, the rows are as they were
                _log.exception("duty_pass_failed")
                quiet_s = RETRY_LONGEST_S
            if pause_s:
                _log.info("duty_database_back")
                pause_s = 0.0
            await self._wakeup.wait(quiet_s)


async def run_duty_loop(pool: Pool, dsn: str, troubled: Troubled | None = None) -> None:
    """Pass deadlines with this pool, woken through `dsn`; until cancelled. `troubled` remembers those that fail."""
    await DutyLoop(pool, Wakeup(dsn, ["timer"], name="duty"), troubled or Troubled()).run()
