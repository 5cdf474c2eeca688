"""Lanes: order, bounds, and no two transactions of one device at once."""

import asyncio
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.ingest.fair_queue import FairQueue
from hub.ingest.lanes import InFlight, Lane, LaneLimits
from tests.hub.ingest.worlds import Sent

A, B = UUID(int=1), UUID(int=2)
LIMITS = LaneLimits(batch_max=3, batch_max_bytes=1000, queue_max=5, queue_max_bytes=1000)


async def test_a_batch_is_taken_in_order_and_no_larger_than_it_may_be() -> None:
    lane, sent = Lane("event", LIMITS, InFlight()), Sent()
    for number in range(5):
        lane.put(sent.message(A, {"n": number}))
    assert lane.full
    batch = await lane.take()
    assert [message.payload for message in batch] == [b'{"n": 0}', b'{"n": 1}', b'{"n": 2}']
    assert not lane.full


async def test_large_messages_do_not_share_a_transaction_beyond_its_bytes() -> None:
    lane, sent = Lane("telemetry", LIMITS, InFlight()), Sent()
    for size in (600, 600, 600, 10, 10):
        lane.put(sent.message(A, b"x" * size))
    sizes = []
    while len(lane):
        batch = await lane.take()
        sizes.append([len(message.payload) for message in batch])
        lane.done(batch)
    assert sizes == [[600, 600], [600, 10, 10]]


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


async def test_a_flood_waits_behind_itself_and_not_the_others_behind_it() -> None:
    lane, sent = Lane("event", LIMITS, InFlight()), Sent()
    for number in range(100):
        lane.put(sent.message(A, {"n": number}))
    lane.put(sent.message(B, {"cry": 1}))
    assert [message.payload for message in await lane.take()] == [b'{"n": 0}', b'{"cry": 1}', b'{"n": 1}']


async def test_a_gateway_or_broker_with_many_devices_has_one_turn_among_senders() -> None:
    lane, sent = Lane("event", LIMITS, InFlight()), Sent()
    broker = UUID(int=99)
    for number in range(100):
        lane.put(sent.message(UUID(int=1000 + number), {"n": number}, sender=broker))
    lane.put(sent.message(B, {"cry": 1}))
    assert [message.payload for message in await lane.take()] == [b'{"n": 0}', b'{"cry": 1}', b'{"n": 1}']


async def test_one_sender_takes_up_a_part_of_a_transaction_only() -> None:
    limits = LaneLimits(batch_max=6, batch_max_bytes=1000, queue_max=50, queue_max_bytes=1000, sender_max=2)
    in_flight, sent = InFlight(), Sent()
    lane = Lane("event", limits, in_flight)
    for number in range(5):
        lane.put(sent.message(A, {"n": number}))
    taken = []
    for _ in range(3):
        batch = await lane.take()
        lane.done(batch)
        taken.append([message.payload for message in batch])
    assert taken == [[b'{"n": 0}', b'{"n": 1}'], [b'{"n": 2}', b'{"n": 3}'], [b'{"n": 4}']]
    assert len(lane) == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=60), st.sets(st.integers(0, 3)))
def test_every_message_comes_out_once_and_each_devices_in_order(
    said: list[tuple[int, int]], busy_numbers: set[int]
) -> None:
    queue, sent = FairQueue(), Sent()
    devices = [UUID(int=number) for number in range(4)]
    busy = {str(devices[number]) for number in busy_numbers}
    put = [sent.message(devices[about], {"n": n}, sender=devices[by]) for n, (by, about) in enumerate(said)]
    for message in put:
        queue.put(message)
    came = []
    while batch := queue.take(4, 2, busy.__contains__, bytes_most=10**6):
        came.extend(batch)
    assert not {message.device_id for message in came} & busy
    while batch := queue.take(4, 2, lambda _device_id: False, bytes_most=10**6):
        came.extend(batch)
    assert len(queue) == 0
    assert len(came) == len(put)
    for sender, device in {(message.sender_id, message.device_id) for message in put}:
        mine = [one for one in came if (one.sender_id, one.device_id) == (sender, device)]
        assert mine == [one for one in put if (one.sender_id, one.device_id) == (sender, device)]
