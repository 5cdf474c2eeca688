"""A database that may forget what it confirmed is recognised."""

import psycopg
import pytest

from hub.storage.database import connect
from hub.storage.durability import check_durability


async def test_a_durable_database_gives_no_reason(empty_database: str) -> None:
    async with await connect(empty_database, name="test") as connection:
        assert await check_durability(connection) is None


async def test_a_database_that_confirms_before_writing_is_named(empty_database: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(empty_database)["dbname"]
    with psycopg.connect(empty_database, autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    async with await connect(empty_database, name="test") as connection:
        reason = await check_durability(connection)
    assert reason is not None
    assert "synchronous_commit = off" in reason


@pytest.mark.parametrize("level", ["local", "remote_write", "remote_apply", "on"])
async def test_every_level_that_waits_for_our_own_disk_will_do(empty_database: str, level: str) -> None:
    async with await connect(empty_database, name="test") as connection:
        await connection.execute(f"SET synchronous_commit = {level}".encode())
        assert await check_durability(connection) is None
