"""What is over the rate is held in order, and who cries for help beside it is heard at once."""

from collections.abc import AsyncIterator

import pytest

from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import Acknowledgement, PingReq, PingResp, Publish
from tests.front_door.conftest import House
from tests.front_door.fakes import until
from tests.front_door.raw_client import RawClient

#: Nothing held is given on while a test looks: a token an hour.
_STANDING = Limits(rate_per_s=1 / 3600, rate_burst=10, hold_max=20, hold_total_max=30)
#: What is held comes soon.
_MOVING = Limits(rate_per_s=100, rate_burst=10, hold_max=20)


@pytest.fixture
async def standing() -> AsyncIterator[House]:
    house = await House().open(_STANDING)
    yield house
    await house.door.stop()


@pytest.fixture
async def moving() -> AsyncIterator[House]:
    house = await House().open(_MOVING)
    yield house
    await house.door.stop()


def reading(device_id: str, number: int, qos: int = 1) -> Publish:
    """A numbered reading."""
    packet_id = number + 1 if qos else None
    return Publish(f"anxin/v1/{device_id}/up/telemetry", b"%d" % number, qos, packet_id=packet_id)


def press(device_id: str, packet_id: int | None = 999) -> Publish:
    """A cry for help."""
    return Publish(f"anxin/v1/{device_id}/up/event", b"help", 1 if packet_id else 0, packet_id=packet_id)


def of(house: House, device_id: str) -> list[bytes]:
    """What the pipeline was given of a device."""
    return [message.payload for message in house.sink.messages if message.device_id == device_id]


async def test_a_sibling_of_a_mad_child_is_heard_at_once_and_acknowledged_in_its_turn(standing: House) -> None:
    gateway = standing.credentials.register(is_gateway=True)
    mad, calm = (standing.credentials.register(gateway_id=gateway) for _ in range(2))
    async with await RawClient.connected(standing.port, gateway) as client:
        await client.send(*(reading(mad, number) for number in range(25)), press(calm))
        await until(lambda: of(standing, calm) == [b"help"], "the press")
        assert of(standing, mad) == [b"%d" % number for number in range(10)]
        assert [await client.read() for _ in range(10)] == [
            Acknowledgement(PacketType.PUBACK, number + 1) for number in range(10)
        ]
        await client.send(PingReq())
        assert await client.read() == PingResp()  # and no PUBACK of the press before those of the readings before it
    assert standing.watcher.floods == [mad]


async def test_a_device_whose_readings_flood_can_still_call_for_help(standing: House) -> None:
    device_id = standing.credentials.register()
    async with await RawClient.connected(standing.port, device_id) as client:
        await client.send(*(reading(device_id, number) for number in range(25)), press(device_id))
        await until(lambda: b"help" in standing.sink.payloads, "the press")
        assert len(standing.sink.messages) == 11
        assert standing.door.hold.count == 15


async def test_what_is_held_comes_in_order_and_is_acknowledged_in_order(moving: House) -> None:
    gateway = moving.credentials.register(is_gateway=True)
    children = [moving.credentials.register(gateway_id=gateway) for _ in range(2)]
    said = [reading(children[number % 2], number) for number in range(60)]
    async with await RawClient.connected(moving.port, gateway, Version.V3_1_1) as client:
        await client.send(*said)
        assert [await client.read() for _ in range(60)] == [
            Acknowledgement(PacketType.PUBACK, number + 1) for number in range(60)
        ]
    for place, child in enumerate(children):
        assert of(moving, child) == [b"%d" % number for number in range(60) if number % 2 == place]
    assert (moving.door.hold.count, moving.door.hold.size, moving.door.in_flight) == (0, 0, 0)


async def test_a_full_hold_stops_the_socket_and_nothing_is_lost(moving: House) -> None:
    device_id = moving.credentials.register()
    async with await RawClient.connected(moving.port, device_id) as client:
        await client.send(*(reading(device_id, number, qos=0) for number in range(60)))
        await until(lambda: moving.door.counters.pauses > 0, "the pause")
        assert moving.door.hold.count <= _MOVING.hold_max
        await moving.sink.received(60)
    assert moving.sink.payloads == [b"%d" % number for number in range(60)]
    assert moving.watcher.floods == [device_id]
    assert moving.watcher.discards == []


async def test_a_mad_childs_readings_without_acknowledgement_give_way_to_its_siblings_cry(standing: House) -> None:
    """QoS 0: nothing was promised. More than the hold are thrown away, counted and said once."""
    gateway = standing.credentials.register(is_gateway=True)
    mad, calm = (standing.credentials.register(gateway_id=gateway) for _ in range(2))
    async with await RawClient.connected(standing.port, gateway) as client:
        await client.send(*(reading(mad, number, qos=0) for number in range(500)), press(calm))
        await until(lambda: of(standing, calm) == [b"help"], "the press")
        assert await client.read() == Acknowledgement(PacketType.PUBACK, 999)
        assert standing.door.hold.count == 20
        assert standing.door.counters.discarded == 470
        assert standing.door.in_flight == 20
    assert standing.watcher.floods == [mad]
    assert standing.watcher.discards == [mad]


async def test_a_mad_childs_events_are_never_thrown_away(moving: House) -> None:
    gateway = moving.credentials.register(is_gateway=True)
    mad = moving.credentials.register(gateway_id=gateway)
    async with await RawClient.connected(moving.port, gateway) as client:
        topic = f"anxin/v1/{mad}/up/event"
        await client.send(*(Publish(topic, b"%d" % number) for number in range(60)))
        await moving.sink.received(60)
    assert of(moving, mad) == [b"%d" % number for number in range(60)]
    assert moving.door.counters.discarded == 0


async def test_acknowledged_readings_of_a_mad_child_are_never_thrown_away(moving: House) -> None:
    gateway = moving.credentials.register(is_gateway=True)
    mad = moving.credentials.register(gateway_id=gateway)
    async with await RawClient.connected(moving.port, gateway, Version.V3_1_1) as client:
        await client.send(*(reading(mad, number) for number in range(60)))
        for number in range(60):
            assert await client.read() == Acknowledgement(PacketType.PUBACK, number + 1)
    assert of(moving, mad) == [b"%d" % number for number in range(60)]


async def test_who_says_much_and_hangs_up_has_said_it(moving: House) -> None:
    device_id = moving.credentials.register()
    async with await RawClient.connected(moving.port, device_id) as client:
        await client.send(*(reading(device_id, number) for number in range(25)))
        await moving.sink.received(1)
    await moving.sink.received(25)
    assert moving.sink.payloads == [b"%d" % number for number in range(25)]
    await until(lambda: (moving.door.hold.count, moving.door.in_flight) == (0, 0), "everything given on")


async def test_the_hold_of_all_is_bounded_and_a_press_passes_it(standing: House) -> None:
    devices = [standing.credentials.register() for _ in range(4)]
    clients = [await RawClient.connected(standing.port, device_id) for device_id in devices]
    for client, device_id in zip(clients, devices, strict=True):
        await client.send(*(reading(device_id, number) for number in range(40)))
    await until(lambda: standing.door.hold.count >= _STANDING.hold_total_max, "the hold to be full")
    calm = standing.credentials.register()
    async with await RawClient.connected(standing.port, calm) as client:
        await client.send(press(calm))
        assert await client.read() == Acknowledgement(PacketType.PUBACK, 999)
    assert standing.door.hold.count <= _STANDING.hold_total_max + len(devices)
    for client in clients:
        await client.close()


async def test_a_sender_that_found_the_hold_full_of_others_is_read_again_when_there_is_room(house: House) -> None:
    await house.reopen(Limits(rate_per_s=100, rate_burst=5, hold_max=20, hold_total_max=8))
    one, other = house.credentials.register(), house.credentials.register()
    async with (
        await RawClient.connected(house.port, one) as first,
        await RawClient.connected(house.port, other) as second,
    ):
        await first.send(*(reading(one, number) for number in range(30)))
        await until(lambda: house.door.hold.count >= 8, "the hold to be full")
        await second.send(*(reading(other, number) for number in range(30)))
        await house.sink.received(60)
    assert of(house, other) == [b"%d" % number for number in range(30)]


async def test_a_hub_that_closes_forgets_what_it_held_unacknowledged(standing: House) -> None:
    device_id = standing.credentials.register()
    async with await RawClient.connected(standing.port, device_id) as client:
        await client.send(*(reading(device_id, number) for number in range(25)))
        await until(lambda: standing.door.hold.count == 15, "the hold")
        standing.door.close_all()
        assert len(await client.rest()) <= 10
    assert len(standing.sink.messages) == 10
    assert (standing.door.hold.count, standing.door.in_flight) == (0, 0)
