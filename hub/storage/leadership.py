"""One leader among equal processes: an advisory lock held by a connection of its own, and work that ends with it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from hub.storage.database import DATABASE_AWAY, Connection, connect
from hub.storage.queries import queries

_log = structlog.get_logger(__name__)

#: How long nobody leads after a leader's death, at most; housekeeping has time.
_RETRY_S = 2.0
#: How long a leader may go on after its connection was lost, while another may already lead.
_PROBE_S = 5.0


async def lead(dsn: str, office: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run `work` whenever this process leads in `office`; return when it returns, and never lead twice at once.

    When the connection is lost the work is cancelled, and this process stands for election again.
    """
    while True:
        try:
            async with await connect(dsn, name=f"{office} leader", autocommit=True) as connection:
                await _until_elected(connection, office)
                _log.info("leading", office=office)
                await _work_while_leading(connection, work)
                return
        except DATABASE_AWAY as failure:
            _log.warning("leadership_lost", office=office, error=type(failure).__name__)
            await asyncio.sleep(_RETRY_S)


async def _until_elected(connection: Connection, office: str) -> None:
    while True:
        cursor = await connection.execute(queries("leadership").stand, {"office": office})
        row = await cursor.fetchone()
        if row is not None and row[0]:
            return
        await asyncio.sleep(_RETRY_S)


async def _work_while_leading(connection: Connection, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    task = asyncio.create_task(work())
    try:
        while not (await asyncio.wait({task}, timeout=_PROBE_S))[0]:
            await connection.execute(queries("database").probe)
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
