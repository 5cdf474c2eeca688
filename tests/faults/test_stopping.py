"""A task that is told to stop stops, whatever the pool or the database does at that moment."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from hub.storage.database import Pool, connect, open_pool
from hub.storage.stopping import stop_is_heard
from tests.faults.black_hole import black_hole
from tests.faults.test_connections import HASTY, socket_path, through

#: More turns of the event loop than a connection needs from whoever gives it back to whoever waits for it.
_TURNS = 40
_SOON_S = 5.0


async def _ends_as_stopped(work: "asyncio.Task[Any]") -> bool:
    """Whether it ends at all: a lost cancellation would wait for ever."""
    await asyncio.wait([work], timeout=_SOON_S)
    return work.done() and work.cancelled()


async def _keep_one(pool: Pool) -> None:
    while True:
        async with pool.connection():
            await asyncio.Event().wait()


async def _is_waited_for(pool: Pool) -> None:
    while pool.get_stats()["requests_waiting"] != 1:
        await asyncio.sleep(0)


async def test_who_is_told_to_stop_in_the_turn_in_which_a_connection_comes_stops(empty_database: str) -> None:
    pool = await open_pool(empty_database, name="test", max_size=1)
    for turns in range(_TURNS):
        held = await pool.getconn()
        waiting = asyncio.create_task(_keep_one(pool))
        await _is_waited_for(pool)
        giving = asyncio.create_task(pool.putconn(held))
        for _ in range(turns):
            await asyncio.sleep(0)
        waiting.cancel()
        assert await _ends_as_stopped(waiting), f"told after {turns} turns, it went on"
        await giving
    await pool.close()


async def test_who_is_told_to_stop_while_the_rollback_is_not_answered_stops(empty_database: str) -> None:
    async with black_hole(socket_path(empty_database)) as hole:
        connection = await connect(through(empty_database, hole.port), name="test", patience=HASTY)
        in_transaction = asyncio.Event()

        async def work() -> None:
            async with connection.transaction():
                await connection.execute("SELECT 1")
                in_transaction.set()
                await asyncio.Event().wait()

        working = asyncio.create_task(work())
        await in_transaction.wait()
        hole.swallow()
        working.cancel()
        assert await _ends_as_stopped(working)
        assert connection.closed


async def _told_to_stop(work: Coroutine[Any, Any, None]) -> BaseException | None:
    """How it ends, if it is told to stop while it waits."""
    task = asyncio.create_task(work)
    await asyncio.sleep(0)
    task.cancel()
    return (await asyncio.gather(task, return_exceptions=True))[0]


async def _wait_and_forget() -> None:
    with pytest.raises(asyncio.CancelledError):
        await asyncio.Event().wait()


async def test_a_stop_that_was_forgotten_is_heard_at_the_end_of_the_block() -> None:
    async def work() -> None:
        with stop_is_heard():
            await _wait_and_forget()

    assert isinstance(await _told_to_stop(work()), asyncio.CancelledError)


async def test_a_stop_in_whose_place_an_error_came_is_heard() -> None:
    async def work() -> None:
        with stop_is_heard():
            await _wait_and_forget()
            raise OSError("the rollback failed")

    assert isinstance(await _told_to_stop(work()), asyncio.CancelledError)


async def test_a_stop_from_before_the_block_keeps_nobody_from_tidying_up() -> None:
    tidied: list[str] = []

    async def work() -> None:
        await _wait_and_forget()
        with stop_is_heard():
            tidied.append("yes")

    await _told_to_stop(work())
    assert tidied == ["yes"]


async def test_an_error_without_a_stop_stays_what_it_is() -> None:
    with pytest.raises(OSError, match="away"), stop_is_heard():
        raise OSError("away")


async def test_a_time_limit_inside_is_no_stop() -> None:
    with stop_is_heard(), pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await asyncio.Event().wait()


async def test_a_time_limit_outside_is_told() -> None:
    async def work() -> None:
        with stop_is_heard():
            await _wait_and_forget()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await work()
