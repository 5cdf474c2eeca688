"""Keeps the roll-up tables of a database without TimescaleDB; with it, its own policies do this.

Hours close some minutes after they have ended. What was live until then is collected once; what comes in later marks
its bucket in the transaction that stores it (migration 010), and the marked buckets are computed again. The answers
move on to the stored buckets only when all that was collected has been computed, so that no reader sees a gap.
"""

from datetime import datetime, timedelta

from psycopg.errors import LockNotAvailable

from hub.storage.database import Connection
from hub.storage.queries import queries

#: A live device reports within minutes (hub.ingest.timekeeping.LIVE_WITHIN); marking what is later costs a row an hour.
LATENESS = timedelta(minutes=10)
#: Buckets a transaction: some 30,000 readings of a device a minute, well under a second.
_BATCH = 500


async def refresh_rollups(connection: Connection, now: datetime) -> None:
    """Bring the roll-ups up to date, in short transactions of their own. `connection` is not in a transaction.

    One caller at a time: housekeeping runs under its leader's lock.
    """
    if not await _close_hours(connection, now):
        return  # a transaction of ingest took long; the next run finds it ended
    while await _collect_a_day(connection):
        await _compute_marked(connection)
    await _compute_marked(connection)
    async with connection.transaction():
        await connection.execute(queries("rollups").show)


async def _close_hours(connection: Connection, now: datetime) -> bool:
    """Whether all hours that have ended are closed."""
    statements = queries("rollups")
    async with connection.transaction():
        cursor = await connection.execute(statements.has_hours_to_close, {"now": now, "lateness": LATENESS})
        row = await cursor.fetchone()
    if row is not None and not row[0]:
        return True
    try:
        async with connection.transaction():
            await connection.execute(statements.wait_briefly)
            await connection.execute(statements.close_hours)
            await connection.execute(statements.set_closed, {"now": now, "lateness": LATENESS})
    except LockNotAvailable:
        return False
    async with connection.transaction():
        await connection.execute(statements.begin_collecting)
    return True


async def _collect_a_day(connection: Connection) -> bool:
    """Whether there is more to collect."""
    async with connection.transaction():
        cursor = await connection.execute(queries("rollups").collect)
        row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def _compute_marked(connection: Connection) -> None:
    statements = queries("rollups")
    while True:
        async with connection.transaction():
            cursor = await connection.execute(statements.take_dirty, {"limit": _BATCH})
            marked = await cursor.fetchall()
            if marked:
                devices, hours = zip(*marked, strict=True)
                await connection.execute(statements.refresh, {"devices": list(devices), "hours": list(hours)})
        if len(marked) < _BATCH:
            return
