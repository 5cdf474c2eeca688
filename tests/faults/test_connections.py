"""Connections: how a server that says nothing is noticed, and what every session is set to."""

import asyncio
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from hub.clock import monotonic_s
from hub.storage.addresses import Patience, conninfo
from hub.storage.database import DATABASE_AWAY, Connection, connect, open_pool
from hub.storage.faults import ServerSilentError
from tests.faults.black_hole import black_hole

HASTY = Patience(lock_s=0.2, statement_s=0.3, answer_s=0.5)


def through(dsn: str, port: int) -> str:
    """The same database by another door."""
    return f"postgresql://anxin@127.0.0.1:{port}{urlsplit(dsn).path}"


def socket_path(dsn: str) -> str:
    """The server's own door."""
    return unquote(urlsplit(dsn).query.removeprefix("host=")) + "/.s.PGSQL.5432"


async def shown(connection: Connection, setting: str) -> str:
    """A setting of this session."""
    cursor = await connection.execute("SELECT current_setting(%s)", [setting])
    row = await cursor.fetchone()
    assert row is not None
    return str(row[0])


async def test_a_server_that_says_nothing_is_given_up_in_time(empty_database: str) -> None:
    async with black_hole(socket_path(empty_database)) as hole:
        connection = await connect(through(empty_database, hole.port), name="test", patience=HASTY)
        await connection.execute("SELECT 1")
        hole.swallow()
        began = monotonic_s()
        with pytest.raises(ServerSilentError):
            await connection.execute("SELECT 1")
        assert connection.closed
        assert monotonic_s() - began < 5  # the answer's time, and one second for the cancellation


async def test_who_is_cancelled_while_nothing_comes_is_free_soon(empty_database: str) -> None:
    async with black_hole(socket_path(empty_database)) as hole:
        connection = await connect(through(empty_database, hole.port), name="test")
        hole.swallow()
        began = monotonic_s()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await connection.execute("SELECT 1")
        assert monotonic_s() - began < 5  # psycopg itself would wait for twice five seconds more
        assert connection.closed


async def test_a_statement_that_takes_too_long_is_ended_by_the_server_and_leaves_the_connection(
    empty_database: str,
) -> None:
    connection = await connect(empty_database, name="test", autocommit=True, patience=HASTY)
    async with connection:
        with pytest.raises(psycopg.errors.QueryCanceled):
            await connection.execute("SELECT pg_sleep(30)")
        assert not connection.closed


async def test_a_pool_finds_a_database_that_is_back_at_once_however_long_it_was_away(empty_database: str) -> None:
    async with black_hole(socket_path(empty_database)) as hole:
        pool = await open_pool(through(empty_database, hole.port), name="test", max_size=2, patience=HASTY)
        async with pool.connection() as connection:
            await connection.execute("SELECT 1")
        assert pool.reconnect_timeout < 5  # the library's 300 s let its pauses grow to minutes
        hole.swallow()
        with pytest.raises(DATABASE_AWAY):
            async with pool.connection(timeout=1) as connection:
                await connection.execute("SELECT 1")
        hole.let_through()
        async with asyncio.timeout(10), pool.connection(timeout=10) as connection:
            await connection.execute("SELECT 1")
        await pool.close()


@pytest.mark.parametrize("isolation", ["serializable", "repeatable read"])
async def test_what_the_hub_is_built_on_holds_whatever_the_database_is_set_to(
    empty_database: str, isolation: str
) -> None:
    name = sql.Identifier(str(conninfo_to_dict(empty_database)["dbname"]))
    with psycopg.connect(empty_database, autocommit=True) as owner:
        owner.execute(
            sql.SQL("ALTER DATABASE {} SET default_transaction_isolation = {}").format(name, sql.Literal(isolation))
        )
        owner.execute(sql.SQL("ALTER DATABASE {} SET statement_timeout = '1ms'").format(name))
        owner.execute(sql.SQL("ALTER DATABASE {} SET timezone = 'Asia/Shanghai'").format(name))
    async with await connect(empty_database, name="test") as connection:
        assert await shown(connection, "transaction_isolation") == "read committed"
        assert await shown(connection, "statement_timeout") == "6s"
        assert await shown(connection, "timezone") == "UTC"


def test_what_the_address_says_of_the_network_counts_and_what_the_hub_needs_does_too() -> None:
    told = conninfo_to_dict(
        conninfo("postgresql://h/x?tcp_user_timeout=77&options=-c%20statement_timeout%3D9s", name="ingest event")
    )
    assert told["tcp_user_timeout"] == "77"
    assert told["keepalives_idle"] == "3"
    assert told["application_name"] == "hub ingest event"
    flags = str(told["options"])
    assert flags.index("statement_timeout=0") < flags.index("statement_timeout=9s") < flags.index("timezone=UTC")
    assert "target_session_attrs" not in told


def test_of_several_hosts_the_one_that_can_be_written_is_taken() -> None:
    assert conninfo_to_dict(conninfo("postgresql://a,b/x", name="x"))["target_session_attrs"] == "read-write"
    given = conninfo("postgresql://a,b/x?target_session_attrs=primary", name="x")
    assert conninfo_to_dict(given)["target_session_attrs"] == "primary"
