"""Many at the door: storms, sockets that say nothing, clients that come again without end, and doubles."""

import asyncio
import resource

import pytest

from hub.ingest.front_door.actions import CloseCause
from hub.ingest.front_door.counters import FrontDoorCounters
from hub.ingest.front_door.descriptors import fit, raise_descriptor_limit
from hub.ingest.front_door.limits import DEFAULT_LIMITS, Limits
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import Acknowledgement, ConnAck, PingReq, PingResp
from hub.ingest.front_door.visits import Visits
from hub.ingest.front_door.waiting_room import WaitingRoom
from tests.front_door.conftest import HOST, House
from tests.front_door.fakes import FakeWatcher, until
from tests.front_door.raw_client import RawClient

NAME = ("device", "client")


class Idler:
    """A socket that says nothing."""

    def __init__(self) -> None:
        self.is_out = False

    def crowd_out(self) -> None:
        self.is_out = True


# -- sockets that say nothing -----------------------------------------------------------------------------------------


def test_who_takes_most_places_crowds_out_its_own_oldest() -> None:
    room = WaitingRoom(10)
    device = Idler()
    room.enter(device, "10.0.0.1")
    flood = [Idler() for _ in range(1000)]
    for idler in flood:
        room.enter(idler, "192.0.2.7")
    assert not device.is_out
    assert [idler.is_out for idler in flood] == [True] * 991 + [False] * 9
    assert len(room) == 10


def test_a_crowd_from_many_addresses_gives_way_by_age() -> None:
    room = WaitingRoom(10)
    crowd = [Idler() for _ in range(25)]
    for number, idler in enumerate(crowd):
        room.enter(idler, f"192.0.2.{number}")
    assert [idler.is_out for idler in crowd] == [True] * 15 + [False] * 10


def test_who_has_left_the_waiting_room_is_not_sent_out_of_it() -> None:
    room = WaitingRoom(2)
    known, stranger, newcomer = Idler(), Idler(), Idler()
    room.enter(known, "a")
    room.leave(known)
    room.leave(known)
    for idler in (stranger, newcomer):
        room.enter(idler, "a")
    assert not known.is_out
    assert len(room) == 2


async def test_idle_sockets_are_bounded_and_a_device_comes_in_beside_them(house: House) -> None:
    await house.reopen(Limits(half_open_max=20))
    idle = [await asyncio.open_connection(HOST, house.port) for _ in range(100)]
    await until(lambda: house.door.counters.closed[CloseCause.NO_CONNECT] == 80, "the oldest to be closed")
    async with await RawClient.connected(house.port, house.credentials.register()) as client:
        await client.send(client.event(1))
        assert await client.read() == Acknowledgement(PacketType.PUBACK, 1)
    assert house.door.counters.connections <= 21
    for _, writer in idle:
        writer.close()


async def _read_to_the_end(reader: asyncio.StreamReader) -> bytes:
    """What came; a reset is an end, too."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def test_a_connect_byte_by_byte_has_its_time_and_no_more(house: House) -> None:
    await house.reopen(Limits(connect_timeout_s=0.3))
    reader, writer = await asyncio.open_connection(HOST, house.port)
    ended = asyncio.create_task(_read_to_the_end(reader))
    for byte in b"\x10\x7f\x00\x04MQTT\x05" + bytes(100):
        if ended.done():
            break
        if not writer.is_closing():
            writer.write(bytes([byte]))
        await asyncio.sleep(0.02)
    async with asyncio.timeout(5):
        assert await ended == b""
    writer.transport.abort()
    assert house.door.counters.closed[CloseCause.NO_CONNECT] == 1


# -- storms -----------------------------------------------------------------------------------------------------------


async def test_devices_that_wait_for_the_registry_are_not_crowded_out_by_those_that_come_after(house: House) -> None:
    await house.reopen(Limits(half_open_max=10))
    house.credentials.gate = asyncio.Event()
    devices = [house.credentials.register() for _ in range(60)]
    clients = [await RawClient.open(house.port, device_id) for device_id in devices]
    await until(lambda: house.door.counters.connections == 60, "all to be there")
    house.credentials.gate.set()
    for client in clients:
        answer = await client.read()
        assert isinstance(answer, ConnAck)
        assert answer.code == 0
    assert house.door.counters.closed == {}
    for client in clients:
        await client.close()


async def test_a_connected_device_is_heard_while_a_storm_waits_for_the_registry(house: House) -> None:
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id) as client:
        house.credentials.gate = asyncio.Event()
        storm = [await RawClient.open(house.port, house.credentials.register()) for _ in range(50)]
        await client.send(client.event(1))
        assert await client.read() == Acknowledgement(PacketType.PUBACK, 1)
        house.credentials.gate.set()
        for other in storm:
            assert isinstance(await other.read(), ConnAck)
            await other.close()


def test_the_door_asks_for_as_many_descriptors_as_it_may_have_and_keeps_some_back() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    descriptors = raise_descriptor_limit()
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == descriptors
    assert descriptors <= hard or hard == resource.RLIM_INFINITY
    few = fit(DEFAULT_LIMITS, 1_024)
    assert (few.connections_max, few.half_open_max) == (768, 192)
    assert fit(DEFAULT_LIMITS, 1_048_576) == DEFAULT_LIMITS


# -- clients that come without end, and doubles -----------------------------------------------------------------------


def _visits(watcher: FakeWatcher) -> Visits:
    return Visits(DEFAULT_LIMITS, watcher, FrontDoorCounters())


def test_a_device_that_connects_fifty_times_a_second_is_slowed_down_and_noted_once() -> None:
    watcher = FakeWatcher()
    visits = _visits(watcher)
    delays = [visits.greet(NAME, number / 50, takes_over=False) for number in range(200)]
    assert delays[:30] == [0.0] * 30
    assert set(delays[30:]) == {DEFAULT_LIMITS.visit_delay_s}
    assert watcher.loops == ["device"]
    assert watcher.contested == []


def test_a_device_with_bad_reception_is_no_loop() -> None:
    watcher = FakeWatcher()
    visits = _visits(watcher)
    assert not any(visits.greet(NAME, number * 15.0, takes_over=False) for number in range(1000))
    assert watcher.loops == []


def test_a_loop_that_ended_and_begins_again_is_noted_again() -> None:
    watcher = FakeWatcher()
    visits = _visits(watcher)
    for began_s in (0.0, 1000.0):
        visits.end_episodes(began_s)
        for number in range(40):
            visits.greet(NAME, began_s + number / 50, takes_over=False)
    assert watcher.loops == ["device", "device"]


def test_take_overs_now_and_then_are_no_double() -> None:
    watcher = FakeWatcher()
    visits = _visits(watcher)
    assert not any(visits.greet(NAME, number * 60.0, takes_over=True) for number in range(500))
    assert watcher.contested == []


@pytest.mark.parametrize("version", [Version.V3_1_1, Version.V5], ids=["3.1.1", "5"])
async def test_two_devices_with_one_identity_are_one_item_and_one_of_them_stays_heard(
    house: House, version: Version
) -> None:
    await house.reopen(Limits(take_overs_burst=3, take_overs_per_s=0.001, visit_delay_s=0.01))
    device_id = house.credentials.register()
    clients = [await RawClient.connected(house.port, device_id, version) for _ in range(8)]
    await until(lambda: house.door.counters.closed[CloseCause.TAKEN_OVER] == 7, "seven take-overs")
    await clients[-1].send(PingReq())
    assert await clients[-1].read() == PingResp()
    assert house.watcher.contested == [device_id]
    assert house.watcher.loops == []
    for client in clients:
        await client.close()


async def test_a_device_in_a_loop_is_let_in_a_little_later_and_heard(house: House) -> None:
    await house.reopen(Limits(visits_burst=3, visits_per_s=0.001, visit_delay_s=0.05))
    device_id = house.credentials.register()
    for number in range(1, 7):
        async with await RawClient.connected(house.port, device_id) as client:
            await client.send(client.event(number))
            assert await client.read() == Acknowledgement(PacketType.PUBACK, number)
        await until(lambda: house.door.counters.sessions == 0, "it to be gone")
    assert house.watcher.loops == [device_id]
    assert len(house.sink.messages) == 6


async def test_a_guessers_failures_do_not_slow_down_the_device_itself(house: House) -> None:
    await house.reopen(Limits(visits_burst=1, visits_per_s=0.001, visit_delay_s=60))
    device_id = house.credentials.register()
    for _ in range(5):
        async with await RawClient.open(house.port, device_id, password=b"guess") as guesser:
            answer = await guesser.read()
            assert isinstance(answer, ConnAck)
            assert answer.code != 0
    async with await RawClient.connected(house.port, device_id) as client:
        await client.send(PingReq())
        assert await client.read() == PingResp()


async def test_a_burst_of_connects_is_read_a_few_at_a_time(house: House) -> None:
    """Between two turns of the burst everybody who is in is read from."""
    read: list[int] = []
    openings = house.door._read_openings

    def count() -> None:
        before = len(house.door._opening)
        openings()
        read.append(before - len(house.door._opening))

    house.door._read_openings = count  # type: ignore[method-assign]
    clients = await asyncio.gather(*(RawClient.open(house.port, house.credentials.register()) for _ in range(100)))
    for client in clients:
        assert isinstance(await client.read(), ConnAck)
        await client.close()
    assert sum(read) >= 100
    assert max(read) <= 32
