"""Lanes: order, bounds, and no two transactions of one device at once."""

import asyncio
from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.clock import monotonic_s
from hub.ingest.breath import Breath, RightOfWay
from hub.ingest.fair_queue import FairQueue
from hub.ingest.lanes import InFlight, Lane, LaneLimits
from tests.hub.ingest.worlds import Sent

A, B = UUID(int=1), UUID(int=2)
LIMITS = LaneLimits(batch_max=3, batch_max_bytes=1000, queue_max=5, queue_max_bytes=1000)


async def test_a_batch_is_taken_in_order_and_no_larger_than_it_may_be() -> None:
    lane, sent = Lane("event", LIMITS, InFlight(RightOfWay())), Sent()
    for number in range(5):
        lane.put(sent.message(A, {"n": number}))
    assert lane.full
    batch = await lane.take()
    assert [message.payload for message in batch] == [b'{"n": 0}', b'{"n": 1}', b'{"n": 2}']
    assert not lane.full


async def test_large_messages_do_not_share_a_transaction_beyond_its_bytes() -> None:
    lane, sent = Lane("telemetry", LIMITS, InFlight(RightOfWay())), Sent()
    for size in (600, 600, 600, 10, 10):
        lane.put(sent.message(A, b"x" * size))
    sizes = []
    while len(lane):
        batch = await lane.take()
        sizes.append([len(message.payload) for message in batch])
        lane.done(batch)
    assert sizes == [[600, 600], [600, 10, 10]]


async def test_a_lane_is_full_by_bytes_too() -> None:
    lane = Lane("event", LIMITS, InFlight(RightOfWay()))
    lane.put(Sent().message(A, b"x" * 1000))
    assert lane.full
    await lane.take()
    assert not lane.full


async def test_a_device_in_flight_in_one_lane_waits_in_the_other_and_keeps_its_order() -> None:
    in_flight, sent = InFlight(RightOfWay()), Sent()
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
    lane, sent = Lane("event", LIMITS, InFlight(RightOfWay())), Sent()
    for number in range(100):
        lane.put(sent.message(A, {"n": number}))
    lane.put(sent.message(B, {"cry": 1}))
    assert [message.payload for message in await lane.take()] == [b'{"n": 0}', b'{"cry": 1}', b'{"n": 1}']


async def test_a_gateway_or_broker_with_many_devices_has_one_turn_among_senders() -> None:
    lane, sent = Lane("event", LIMITS, InFlight(RightOfWay())), Sent()
    broker = UUID(int=99)
    for number in range(100):
        lane.put(sent.message(UUID(int=1000 + number), {"n": number}, sender=broker))
    lane.put(sent.message(B, {"cry": 1}))
    assert [message.payload for message in await lane.take()] == [b'{"n": 0}', b'{"cry": 1}', b'{"n": 1}']


async def test_one_sender_takes_up_a_part_of_a_transaction_only() -> None:
    limits = LaneLimits(batch_max=6, batch_max_bytes=1000, queue_max=50, queue_max_bytes=1000, sender_max=2)
    in_flight, sent = InFlight(RightOfWay()), Sent()
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


async def test_bulk_takes_less_at_once_while_an_event_waits_or_is_being_committed() -> None:
    in_flight, sent = InFlight(RightOfWay()), Sent()
    bulk = Lane("telemetry", replace(LIMITS, batch_max_behind=1), in_flight)
    events = Lane("event", replace(LIMITS, precedes=True), in_flight)
    for number in range(5):
        bulk.put(sent.message(A, {"n": number}))
    sizes = []

    async def take_bulk() -> None:
        batch = await bulk.take()
        bulk.done(batch)
        sizes.append(len(batch))

    events.put(sent.message(B, {"cry": 1}))
    await take_bulk()
    flying = await events.take()
    await take_bulk()
    events.done(flying)
    await take_bulk()
    assert sizes == [1, 1, 3]


async def test_long_work_gives_way_to_whoever_waits_for_a_turn() -> None:
    turns = 0

    async def press() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    pressing, breath = asyncio.create_task(press()), Breath(RightOfWay())
    for _ in range(3):
        before, began_s = turns, monotonic_s()
        await breath.take()
        while turns == before:  # no turn is given before the stretch is over, and one is given then
            assert monotonic_s() - began_s < 5
            await breath.take()
    pressing.cancel()


async def test_work_that_was_short_so_far_gives_no_turn_away() -> None:
    seen: list[int] = []
    asyncio.get_running_loop().call_soon(seen.append, 1)
    await Breath(RightOfWay(), stretch_s=60.0).take()
    assert seen == []


async def test_while_an_event_waits_bulk_pauses_for_more_than_a_turn() -> None:
    right_of_way, turns = RightOfWay(), 0
    right_of_way.waiting = 1

    def turn() -> None:
        nonlocal turns
        turns += 1
        if turns < 3:
            asyncio.get_running_loop().call_soon(turn)

    asyncio.get_running_loop().call_soon(turn)
    await Breath(right_of_way, stretch_s=0.0).take()
    assert turns == 3


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
