"""Lanes: order, bounds, and no two transactions of one device at once."""

import asyncio
from uuid import UUID

from hub.ingest.lanes import InFlight, Lane, LaneLimits
from tests.hub.ingest.worlds import Sent

A, B = UUID(int=1), UUID(int=2)
LIMITS = LaneLimits(batch_max=3, queue_max=5, queue_max_bytes=1000)


async def test_a_batch_is_taken_in_order_and_no_larger_than_it_may_be() -> None:
    lane, sent = Lane("event", LIMITS, InFlight()), Sent()
    for number in range(5):
        lane.put(sent.message(A, {"n": number}))
    assert lane.full
    batch = await lane.take()
    assert [message.payload for message in batch] == [b'{"n": 0}', b'{"n": 1}', b'{"n": 2}']
    assert not lane.full


async def test_a_lane_is_full_by_bytes_too() -> None:
    lane = Lane("event", LIMITS, InFlight())
    lane.put(Sent().message(A, b"x" * 1000))
    assert lane.full
    await lane.take()
    assert not lane.full


async def test_a_device_in_flight_in_one_lane_waits_in_the_other_and_keeps_its_order() -> None:
    in_flight, sent = InFlight(), Sent()
    bulk, events = Lane("telemetry", LIMITS, in_flight), Lane("event", LIMITS, in_flight)
    bulk.put(sent.message(A, {"n": 0}))
    flying = await bulk.take()
    for device, number in ((A, 1), (B, 2), (A, 3)):
        events.put(sent.message(device, {"n": number}))
    assert [message.device_id for message in await events.take()] == [str(B)]
    waiting = asyncio.create_task(events.take())
    await asyncio.sleep(0)
    assert not waiting.done()
    bulk.done(flying)
    async with asyncio.timeout(5):
        batch = await waiting
    assert [message.payload for message in batch] == [b'{"n": 1}', b'{"n": 3}']
