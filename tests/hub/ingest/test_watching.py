"""What the front door notices becomes one maintenance item a device and cause, however often it is noticed."""

import asyncio
from uuid import uuid4

from hub.ingest.watching import FrontDoorWatch
from hub.storage.database import open_pool
from hub.storage.mqtt_records import RefusedBecause
from tests.hub.ingest.worlds import World


async def test_floods_loops_and_doubles_are_one_item_each(database: str) -> None:
    world = World(database)
    device = world.device()
    pool = await open_pool(database, name="test", max_size=1)
    watch = FrontDoorWatch(pool)
    writing = asyncio.create_task(watch.run())
    for _ in range(3):
        watch.on_flood(str(device), discards=False)
        watch.on_flood(str(device), discards=True)
        watch.on_reconnect_loop(str(device))
        watch.on_contested(str(device))
        watch.on_refused_connect(str(device), RefusedBecause.WRONG_PASSWORD)
        watch.on_flood(str(uuid4()), discards=False)  # a device deleted meanwhile
    async with asyncio.timeout(10):
        while len(world.run("SELECT 1 FROM maintenance_item")) < 4:
            await asyncio.sleep(0.02)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await pool.close()
    items = world.run("SELECT kind, device_id, explanation -> 'params' ->> 'reason' AS reason FROM maintenance_item")
    assert {item["device_id"] for item in items} == {device}
    assert sorted((item["kind"], item["reason"]) for item in items) == [
        ("client_doubled", "take_over"),
        ("flood", "discarded"),
        ("reconnect_loop", "rate"),
        ("refused_connect", "wrong_password"),
    ]
