"""Connections: pools, listening, and what a lost database looks like to the rest of the hub.

Every connection is a `HubConnection`: it notices a server that does not answer, and its errors say whose fault they are
(`hub.storage.faults`); what its session is set to stands in `hub.storage.addresses`.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

import psycopg
import structlog
from psycopg import sql
from psycopg.abc import PQGen
from psycopg.errors import Diagnostic
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from hub.storage.addresses import BRISK, Patience, conninfo
from hub.storage.faults import ServerSilentError, UnconfirmedCommitError, as_the_hub_sees_it, name_of
from hub.storage.queries import queries
from hub.storage.stopping import stop_is_heard

_log = structlog.get_logger(__name__)

RV = TypeVar("RV")

Connection = psycopg.AsyncConnection[TupleRow]
Pool = AsyncConnectionPool[Connection]

#: What a caller sees while the database is away: try again, and acknowledge nothing meanwhile.
DATABASE_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)


_POOL_TIMEOUT_S = 5.0
#: The pool doubles the pause between its own tries for as long as this: with its default of 300 s it would find a
#: database that is back minutes late. When it has given up, whoever asks next for a connection tries at once.
_POOL_RECONNECT_S = 2.0
_RECONNECT_S = 0.5
_LISTEN_PROBE_S = 5.0
#: A server that does not even take a cancellation in this time is not asked any longer.
_CANCEL_WITHIN_S = 1.0
#: A session takes this from its role, its database or its server's state when it begins.
_READ_ONLY = "25006"
#: Where PostgreSQL warns that it stopped waiting for a standby (`syncrep.c`): the commit is on this server alone.
_REPLICATION_WAIT = "SyncRepWaitForLSN"


class HubConnection(psycopg.AsyncConnection[TupleRow]):
    """A connection that does not wait for ever, and whose errors are the hub's."""

    answer_s: float | None = None
    _unconfirmed: bool = False

    def be_patient(self, patience: Patience) -> None:
        """Wait for answers as long as this says."""
        self.answer_s = patience.answer_s
        self.add_notice_handler(self._notice)

    async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:  # noqa: ASYNC109 - psycopg's
        """Await an exchange with the server.

        Raises:
            ServerSilentError: no answer; the connection is closed, what became of the statement is unknown.
            UnconfirmedCommitError: committed, but perhaps not on the synchronous standby.
        """
        ours = timeout is None and self.answer_s is not None
        try:
            answer = await super().wait(gen, interval, self.answer_s if ours else timeout)
        except psycopg.errors._WaitTimeout as error:  # noqa: SLF001 - as `AsyncConnection.wait` documents
            if not ours:
                raise
            await self._give_up()
            raise ServerSilentError(f"no answer in {self.answer_s} s") from error
        except psycopg.Error as error:
            if error.sqlstate == _READ_ONLY:
                self.pgconn.finish()  # the session would stay read-only when its server no longer is
            raise as_the_hub_sees_it(error) from error.__cause__
        if self._unconfirmed:
            self._unconfirmed = False
            raise UnconfirmedCommitError("the wait for the synchronous standby was cancelled")
        return answer

    async def cancel_safe(self, *, timeout: float = _CANCEL_WITHIN_S) -> None:  # noqa: ASYNC109 - psycopg's
        """Ask the server to stop; a connection whose server does not answer that either is closed."""
        try:
            await super().cancel_safe(timeout=min(timeout, _CANCEL_WITHIN_S))
        except psycopg.Error:
            self.pgconn.finish()
            raise

    @asynccontextmanager
    async def transaction(
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> AsyncIterator[psycopg.AsyncTransaction]:
        """A transaction; whoever is told to stop in it stops, also where the rollback finds the server away."""
        with stop_is_heard():
            async with super().transaction(savepoint_name, force_rollback) as transaction:
                yield transaction

    async def _give_up(self) -> None:
        """Close it. What still waits at the server - for a lock, for a standby - is ended, if it can be told."""
        try:
            await self.cancel_safe()
        except psycopg.Error as error:
            _log.debug("server_not_told", error=name_of(error))
        finally:
            self.pgconn.finish()

    def _notice(self, told: Diagnostic) -> None:
        if told.source_function == _REPLICATION_WAIT:
            self._unconfirmed = True


class _HubPool(Pool):
    """A pool in which nobody waits on who was told to stop."""

    async def getconn(self, timeout: float | None = None) -> Connection:  # noqa: ASYNC109 - psycopg's
        """A connection; it is given back if the task was told to stop while it came."""
        connection: Connection | None = None
        try:
            with stop_is_heard():
                connection = await super().getconn(timeout)
        except asyncio.CancelledError:
            if connection is not None:
                await self.putconn(connection)
            raise
        return connection

    async def putconn(self, conn: Connection) -> None:
        """Give a connection back."""
        with stop_is_heard():
            await super().putconn(conn)


async def open_pool(dsn: str, *, name: str, max_size: int, min_size: int = 1, patience: Patience = BRISK) -> Pool:
    """A pool whose connections carry `name`; it opens in the background and survives a database that is away."""

    async def configure(connection: Connection) -> None:
        if isinstance(connection, HubConnection):
            connection.be_patient(patience)

    pool = _HubPool(
        conninfo(dsn, name=name, patience=patience),
        connection_class=HubConnection,
        min_size=min_size,
        max_size=max_size,
        timeout=_POOL_TIMEOUT_S,
        reconnect_timeout=_POOL_RECONNECT_S,
        max_idle=60,
        name=name,
        configure=configure,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    await pool.open()
    return pool


async def connect(
    dsn: str,
    *,
    name: str,
    autocommit: bool = False,
    patience: Patience = BRISK,
    kind: type[HubConnection] = HubConnection,
) -> HubConnection:
    """One connection of its own, for lanes and leases."""
    connection = await kind.connect(conninfo(dsn, name=name, patience=patience), autocommit=autocommit)
    connection.be_patient(patience)
    return connection


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
    database that is away; it tries again, and says so once an outage.
    """
    is_lost = False
    while True:
        try:
            async with await connect(dsn, name=f"{name} listen", autocommit=True) as connection:
                for channel in channels:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                is_lost = False
                yield "", ""
                while True:
                    async for notify in connection.notifies(timeout=_LISTEN_PROBE_S):
                        yield notify.channel, notify.payload
                    await connection.execute(queries("database").probe)  # a half-open connection shows here
        except DATABASE_AWAY as error:
            if not is_lost:
                _log.warning("listen_lost", listener=name, error=name_of(error))
            is_lost = True
            await asyncio.sleep(_RECONNECT_S)
