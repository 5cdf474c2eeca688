"""A reader that follows the stream skips nothing, however the writers' transactions end."""

import asyncio
import random

from hub.identity import new_id
from hub.storage import stream
from hub.storage.database import connect

COUNTY = "990101000000"


async def test_a_reader_that_follows_the_positions_meets_every_event(database: str) -> None:
    written, writers_done = set(), asyncio.Event()
    dice = random.Random(1)

    async def write(count: int) -> None:
        async with await connect(database, name="writer") as connection:
            for _ in range(count):
                entity = new_id()
                commits = dice.random() < 0.8
                await stream.append(connection, "incident", entity, COUNTY)
                await asyncio.sleep(dice.random() * 0.004)
                if commits:
                    await connection.commit()
                    written.add(entity)
                else:
                    await connection.rollback()

    async def read() -> tuple[list[int], set[object]]:
        positions: list[int] = []
        met: set[object] = set()
        async with await connect(database, name="reader", autocommit=True) as connection:
            while True:
                finished = writers_done.is_set()
                events = await stream.read_after(connection, positions[-1] if positions else 0, 7)
                positions += [event.position for event in events]
                met |= {event.entity_id for event in events}
                if finished and not events:
                    return positions, met

    async with asyncio.timeout(60):
        reading = asyncio.create_task(read())
        await asyncio.gather(*(write(40) for _ in range(6)))
        writers_done.set()
        positions, met = await reading
    assert met == written
    assert positions == sorted(set(positions))


async def test_a_writer_that_stalls_before_its_commit_holds_nobody_up(database: str) -> None:
    async with await connect(database, name="stalled") as stalled, await connect(database, name="other") as other:
        await stream.append(stalled, "incident", new_id(), COUNTY)
        async with asyncio.timeout(5):
            await stream.append(other, "incident", new_id(), COUNTY)
            await other.commit()
        assert len(await stream.read_after(other, 0, 10)) == 1


async def test_the_bounds_survive_the_end_of_all_events(database: str) -> None:
    async with await connect(database, name="test", autocommit=True) as connection:
        assert await stream.bounds(connection) == (0, 0)
        for _ in range(3):
            await stream.append(connection, "incident", new_id(), COUNTY)
        oldest, newest = await stream.bounds(connection)
        assert newest - oldest == 3
        await connection.execute("DELETE FROM stream_event")
        assert await stream.bounds(connection) == (newest, newest)
