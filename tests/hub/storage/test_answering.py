"""A server that does not answer, though its socket is open, is left within a bound."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from hub.storage.answering import AnsweringConnection, NoAnswerError
from hub.storage.database import DATABASE_AWAY, connect, listen, open_pool


@contextmanager
def stopped(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> Iterator[None]:
    """Stop the server's process of this connection as a debugger, or a dying machine, would."""
    pid = connection.info.backend_pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def impatient_connection(dsn: str) -> AnsweringConnection:
    connection = await connect(dsn, name="test")
    assert isinstance(connection, AnsweringConnection)
    connection.answer_within_s = 0.2
    return connection


async def test_a_statement_without_an_answer_fails_as_if_the_database_were_away(database: str) -> None:
    connection = await impatient_connection(database)
    with stopped(connection):
        with pytest.raises(NoAnswerError) as raised:
            await connection.execute("SELECT 1")
        assert isinstance(raised.value, DATABASE_AWAY)
        assert connection.closed


async def test_a_transaction_whose_commit_is_not_answered_ends_with_the_same_error(database: str) -> None:
    connection = await impatient_connection(database)
    with ExitStack() as until_the_end:
        with pytest.raises(NoAnswerError):
            async with connection.transaction():
                await connection.execute("SELECT 1")
                until_the_end.enter_context(stopped(connection))
        assert connection.closed


async def test_a_pool_replaces_a_connection_that_does_not_answer(database: str) -> None:
    pool = await open_pool(database, name="test", max_size=2, answer_within_s=0.3)
    with ExitStack() as until_the_end:
        async with pool.connection() as connection:
            pid = connection.info.backend_pid
            until_the_end.enter_context(stopped(connection))
        async with asyncio.timeout(5), pool.connection() as another:
            assert another.info.backend_pid != pid
    await pool.close()


async def test_a_quiet_listener_is_no_server_without_an_answer(database: str) -> None:
    heard = listen(database, ["down_message"], name="test")
    assert await anext(heard) == ("", "")
    notification = asyncio.ensure_future(anext(heard))
    done, _ = await asyncio.wait({notification}, timeout=0.3)
    assert not done
    async with await connect(database, name="test", autocommit=True) as other:
        await other.execute("SELECT pg_notify('down_message', 'device')")
    assert await notification == ("down_message", "device")
    await heard.aclose()  # type: ignore[attr-defined]  # an async generator, typed as what callers need of it
