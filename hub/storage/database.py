"""Connections: pools, listening, and what a lost database looks like to the rest of the hub."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import psycopg
import structlog
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from hub.storage.answering import ANSWER_WITHIN_S, AnsweringConnection
from hub.storage.queries import queries

_log = structlog.get_logger(__name__)

Connection = psycopg.AsyncConnection[TupleRow]
Pool = AsyncConnectionPool[AnsweringConnection]

#: What a caller sees while the database is away: try again, and acknowledge nothing meanwhile.
DATABASE_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)

#: A client that was stopped in the middle of a transaction must not hold its locks against everybody else.
_SESSION_OPTIONS = "-c idle_in_transaction_session_timeout=15s -c timezone=UTC"
#: A network that swallows packets, or a server that is stopped: a connection attempt has its end, and what was sent and
#: not received, or an idle line that is dead, ends the connection. A statement without an answer: `answering.py`.
_NETWORK: dict[str, Any] = {
    "connect_timeout": 4,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8000,
}
_POOL_TIMEOUT_S = 5.0
#: A pool gives up a new connection after this, and whoever asks next begins anew: its pauses double without a limit,
#: and after an outage of minutes nobody may wait minutes for the end of a pause.
_POOL_RECONNECT_S = 2.0
_RECONNECT_S = 0.5
_LISTEN_PROBE_S = 10.0


async def open_pool(
    dsn: str, *, name: str, max_size: int, answer_within_s: float = ANSWER_WITHIN_S, timeout_s: float = _POOL_TIMEOUT_S
) -> Pool:
    """A pool whose connections carry `name`; it opens in the background and survives a database that is away.

    A statement has `answer_within_s` for its answer, whoever asks for a connection waits `timeout_s` for it.
    """

    async def configure(connection: AnsweringConnection) -> None:
        connection.answer_within_s = answer_within_s

    pool: Pool = AsyncConnectionPool(
        dsn,
        connection_class=AnsweringConnection,
        configure=configure,
        min_size=1,
        max_size=max_size,
        timeout=timeout_s,
        reconnect_timeout=_POOL_RECONNECT_S,
        max_idle=60,
        name=name,
        kwargs={"application_name": f"hub {name}", "options": _SESSION_OPTIONS, **_NETWORK},
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    await pool.open()
    return pool


async def connect(dsn: str, *, name: str, autocommit: bool = False) -> Connection:
    """One connection of its own, for lanes and leases."""
    return await AnsweringConnection.connect(
        dsn,
        autocommit=autocommit,
        application_name=f"hub {name}",
        options=_SESSION_OPTIONS,
        **_NETWORK,
    )


async def database_now(connection: Connection) -> datetime:
    """The database's clock, which all due times use; aware UTC."""
    cursor = await connection.execute(queries("database").now)
    row = await cursor.fetchone()
    if row is None:
        raise psycopg.InterfaceError("SELECT returned nothing")
    now: datetime = row[0]
    return now


async def listen(dsn: str, channels: Sequence[str], *, name: str) -> AsyncIterator[tuple[str, str]]:
    """Notifications of the channels, for ever, as (channel, payload).

    After each (re)connect it yields ("", ""): something may have been missed, look for yourself. Never raises for a
    database that is away; it tries again.
    """
    while True:
        try:
            async with await AnsweringConnection.connect(
                dsn, autocommit=True, application_name=f"hub {name} listen", **_NETWORK
            ) as connection:
                for channel in channels:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                yield "", ""
                while True:
                    async for notify in connection.notifies(timeout=_LISTEN_PROBE_S):
                        yield notify.channel, notify.payload
                    await connection.execute(queries("database").probe)  # a half-open connection shows here
        except DATABASE_AWAY as error:
            _log.warning("listen_lost", listener=name, error=type(error).__name__)
            await asyncio.sleep(_RECONNECT_S)
