"""Lasting sessions while the database is away: heard all the same, told nothing untrue, and taken up afterwards."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.ingest.front_door.encoding import encode
from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import (
    Acknowledgement,
    ConnAck,
    Disconnect,
    PingReq,
    PingResp,
    Publish,
    SubAck,
    Subscribe,
    SubscriptionRequest,
    Will,
)
from hub.ingest.front_door.properties import Properties
from hub.ingest.front_door.reasons import ReasonCode
from tests.front_door.conftest import House
from tests.front_door.fakes import until
from tests.front_door.raw_client import RawClient


@pytest.fixture
async def full_house() -> AsyncIterator[House]:
    """Forty messages of all are its bound, and twenty of one connection; nothing can be stored."""
    house = await House().open(Limits(in_flight_max=20, in_flight_total_max=40))
    house.sink.answers_at_once = house.sink.storing = False
    yield house
    await house.door.stop()


async def test_a_press_finds_room_though_others_have_filled_it(full_house: House) -> None:
    house = full_house
    greedy = [await RawClient.connected(house.port, house.credentials.register()) for _ in range(3)]
    for client in greedy[:2]:
        await client.send(*(client.event(number) for number in range(1, 16)))
    await house.sink.received(30)
    await greedy[2].send(greedy[2].event(1), greedy[2].event(2))
    await house.sink.received(31)  # two are more than a little
    assert await greedy[2].rest() == []
    async with await RawClient.connected(house.port, house.credentials.register()) as presser:
        await presser.send(presser.event(1, b"press"), PingReq())
        assert await presser.read() == PingResp()
    assert house.sink.payloads[-1] == b"press"
    for client in greedy:
        await client.close()


async def fill(house: House, device_id: str) -> None:
    """Send until the hub has no room left for this one, and cuts it."""
    client = await RawClient.connected(house.port, device_id, Version.V3_1_1)
    await client.send(*(client.event(number) for number in range(1, 25)))
    assert await client.rest() == []
    await client.close()


async def test_who_was_cut_is_refused_before_it_takes_the_room_of_others(full_house: House) -> None:
    """It comes again and again; what it sent before still waits, and counts."""
    house = full_house
    small = await RawClient.connected(house.port, house.credentials.register())
    await small.send(small.event(1, b"small"))
    await house.sink.received(1)
    greedy = house.credentials.register()
    await fill(house, greedy)
    assert len(house.sink.messages) == 21  # its own bound, not that of a connection each
    for version in (Version.V5, Version.V3_1_1):
        client = await RawClient.open(house.port, greedy, version)
        answer = await client.read()
        assert isinstance(answer, ConnAck)
        assert answer.code == (ReasonCode.SERVER_BUSY if version is Version.V5 else 3)
        await client.close()
    assert house.door.counters.refused["memory"] == 2
    await small.send(small.event(2, b"still here"), PingReq())
    assert await small.read() == PingResp()
    assert house.sink.payloads[-1] == b"still here"
    await small.close()


async def test_many_small_messages_find_room_though_others_have_sent_large_ones() -> None:
    """Ten minutes of a reading every five seconds are 120 messages, and 24 KB."""
    house = await House().open(Limits(in_flight_bytes_max=20_000, in_flight_bytes_total_max=40_000))
    house.sink.answers_at_once = house.sink.storing = False
    greedy = [await RawClient.connected(house.port, house.credentials.register()) for _ in range(3)]
    for client in greedy[:2]:
        await client.send(client.event(1, b"x" * 15_000))
    await house.sink.received(2)
    small = await RawClient.connected(house.port, house.credentials.register())
    await small.send(*(small.event(number, b"12345") for number in range(1, 121)), PingReq())
    assert await small.read() == PingResp()
    assert len(house.sink.messages) == 122
    await greedy[2].send(greedy[2].event(1, b"x" * 2_000))
    assert await greedy[2].rest() == []
    for client in (*greedy, small):
        await client.close()
    await house.door.stop()


async def test_who_was_cut_comes_in_again_once_something_of_it_was_answered(full_house: House) -> None:
    house = full_house
    greedy = house.credentials.register()
    await fill(house, greedy)
    for message in house.sink.messages:
        message.acknowledge()
    house.sink.answers_at_once = True
    async with await RawClient.connected(house.port, greedy) as client:  # a new outage would begin anew, too
        await client.send(client.event(1))
        assert await client.read() == Acknowledgement(PacketType.PUBACK, 1)
    assert (house.door.in_flight, house.door.in_flight_size) == (0, 0)


async def test_one_user_has_one_bound_over_all_its_connections(full_house: House) -> None:
    house = full_house
    device_id = house.credentials.register()
    clients = [await RawClient.connected(house.port, device_id, client_id=name) for name in "ab"]
    await clients[0].send(*(clients[0].event(number) for number in range(1, 13)))
    await house.sink.received(12)
    await clients[1].send(*(clients[1].event(number) for number in range(1, 13)))
    assert await clients[1].rest() == []
    assert len(house.sink.messages) == 20
    await clients[0].send(PingReq())
    assert await clients[0].read() == PingResp()
    for client in clients:
        await client.close()


async def test_a_will_costs_its_user_as_any_message(full_house: House) -> None:
    house = full_house
    device_id = house.credentials.register()
    will = Will(topic=f"anxin/v1/{device_id}/up/status", payload=b"gone", qos=1, retain=False)
    client = await RawClient.connected(house.port, device_id, will=will)
    client.writer.transport.abort()
    [message] = await house.sink.received(1)
    assert (house.door.in_flight, house.door.in_flight_size) == (1, 4)
    message.acknowledge()
    assert (house.door.in_flight, house.door.in_flight_size) == (0, 0)
    await client.close()


async def test_a_connection_that_is_gone_keeps_no_bytes_though_its_messages_wait(full_house: House) -> None:
    house = full_house
    client = await RawClient.connected(house.port, house.credentials.register())
    large = b"x" * 60_000
    await client.send(client.event(1), client.event(2, large))
    [first, _] = await house.sink.received(2)
    receipt = first.acknowledge.__self__  # type: ignore[attr-defined]  # the handle, which holds the connection
    await client.write(encode(client.event(3, large), Version.V5)[:50_000])
    connection = receipt._connection
    await until(lambda: connection._decoder.buffered > 40_000, "half a packet is there")
    client.writer.transport.abort()
    await until(lambda: not house.door.counters.connections, "gone")
    assert connection._decoder.buffered == 0
    await client.close()


LASTING: dict[str, Any] = {"clean_start": False, "properties": Properties(session_expiry_interval=600)}


class Outage:
    """The database of a house: away, or back."""

    def __init__(self, house: House) -> None:
        self._house = house
        house.credentials.remembers = True

    def begin(self) -> None:
        self._house.store.away = self._house.credentials.away = True

    def end(self) -> None:
        self._house.store.away = self._house.credentials.away = False


@pytest.fixture
def outage(house: House) -> Outage:
    return Outage(house)


@pytest.fixture
async def device_id(house: House) -> str:
    """A device that has a lasting session, and subscribed to what comes down."""
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id, **LASTING) as client:
        await client.send(subscribe(device_id))
        assert isinstance(await client.read(), SubAck)
    await until(lambda: not house.door.counters.connections, "disconnected")
    return device_id


def subscribe(device_id: str) -> Subscribe:
    request = SubscriptionRequest(topic_filter=f"anxin/v1/{device_id}/down/#", qos=1)
    return Subscribe(packet_id=1, requests=(request,))


async def let_in(house: House, device_id: str, **changes: Any) -> tuple[RawClient, ConnAck]:
    client = await RawClient.open(house.port, device_id, **{**LASTING, **changes})
    answer = await client.read()
    assert isinstance(answer, ConnAck)
    return client, answer


async def test_a_session_that_is_known_is_said_to_be_there_and_is_heard(
    house: House, outage: Outage, device_id: str
) -> None:
    outage.begin()
    house.sink.answers_at_once = False
    client, answer = await let_in(house, device_id)
    assert (answer.code, answer.session_present) == (0, True)
    await client.send(client.event(7), PingReq())
    assert await client.read() == PingResp()
    [message] = await house.sink.received(1)
    outage.end()
    message.acknowledge()
    assert await client.read() == Acknowledgement(PacketType.PUBACK, 7)
    farewell = await client.read()
    assert isinstance(farewell, Disconnect)
    assert farewell.code == ReasonCode.SERVER_BUSY
    await client.close()
    house.store.queue(device_id, payload=b"kept")
    client, answer = await let_in(house, device_id)
    assert answer.session_present
    message_down = await client.read()
    assert isinstance(message_down, Publish)
    assert message_down.payload == b"kept"
    await client.close()


async def test_what_is_on_its_way_is_waited_for_before_the_session_is_taken_up(
    house: House, outage: Outage, device_id: str
) -> None:
    outage.begin()
    house.sink.answers_at_once = False
    client, _ = await let_in(house, device_id)
    await client.send(client.event(1), client.event(2))
    first, second = await house.sink.received(2)
    outage.end()
    first.acknowledge()
    assert await client.read() == Acknowledgement(PacketType.PUBACK, 1)
    await client.send(PingReq())
    assert await client.read() == PingResp()
    second.acknowledge()
    assert await client.read() == Acknowledgement(PacketType.PUBACK, 2)
    assert isinstance(await client.read(), Disconnect)
    await client.close()


async def test_who_comes_and_goes_during_an_outage_does_not_stay_in_memory(
    house: House, outage: Outage, device_id: str
) -> None:
    outage.begin()
    for _ in range(3):
        client, _ = await let_in(house, device_id)
        assert len(house.door._entrance._makeshift._connections) == 1
        await client.close()
        await until(lambda: not house.door.counters.connections, "gone")
    assert not house.door._entrance._makeshift._connections


async def test_a_subscription_is_not_answered_before_it_can_be_kept(
    house: House, outage: Outage, device_id: str
) -> None:
    outage.begin()
    client, _ = await let_in(house, device_id)
    await client.send(subscribe(device_id), PingReq())
    assert await client.read() == PingResp()
    outage.end()
    assert isinstance(await client.read(), Disconnect)
    await client.close()


async def test_a_fresh_session_is_told_that_there_is_none_before(house: House, outage: Outage, device_id: str) -> None:
    outage.begin()
    client, answer = await let_in(house, device_id, clean_start=True)
    assert (answer.code, answer.session_present) == (0, False)
    await client.close()


async def test_a_device_that_never_came_is_let_in_and_afterwards_has_the_session_it_was_told_of(
    house: House, outage: Outage
) -> None:
    """A client that hears "no session" when it comes again throws away what it has not had acknowledged."""
    stranger = house.credentials.register()
    outage.begin()
    house.sink.answers_at_once = False
    presents = []
    for number in (1, 2):
        client, answer = await let_in(house, stranger)
        presents.append((answer.code, answer.session_present))
        await client.send(client.event(number))
        await house.sink.received(number)
        client.writer.transport.abort()
        await until(lambda: not house.door.counters.connections, "gone")
    outage.end()
    client, answer = await let_in(house, stranger)
    presents.append((answer.code, answer.session_present))
    await client.close()
    assert presents == [(0, False), (0, True), (0, True)]
    client, answer = await let_in(house, stranger, clean_start=True)
    assert not answer.session_present
    await client.close()


async def test_a_session_from_before_this_process_is_known(house: House, outage: Outage, device_id: str) -> None:
    await house.reopen()
    await until(lambda: house.door._entrance._makeshift._knows_all, "learnt")
    outage.begin()
    client, answer = await let_in(house, device_id)
    assert (answer.code, answer.session_present) == (0, True)
    await client.close()


async def test_what_sessions_there_are_is_not_guessed_by_a_hub_that_could_not_read_it(house: House) -> None:
    outage, stranger = Outage(house), house.credentials.register()
    outage.begin()
    await house.reopen()
    client, answer = await let_in(house, stranger)
    assert answer.code == ReasonCode.SERVER_UNAVAILABLE
    await client.close()
    client, answer = await let_in(house, stranger, clean_start=True)
    assert (answer.code, answer.session_present) == (0, False)
    await client.close()


async def test_one_that_was_revoked_meanwhile_is_closed_for_that(house: House, outage: Outage, device_id: str) -> None:
    outage.begin()
    client, _ = await let_in(house, device_id)
    house.credentials.devices[device_id].revoked = True
    outage.end()
    farewell = await client.read()
    assert isinstance(farewell, Disconnect)
    assert farewell.code == ReasonCode.ADMINISTRATIVE_ACTION
    await client.close()


async def test_in_3_1_1_a_known_session_is_let_in_likewise(house: House, outage: Outage) -> None:
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id, Version.V3_1_1, clean_start=False):
        pass
    outage.begin()
    async with await RawClient.open(house.port, device_id, Version.V3_1_1, clean_start=False) as client:
        answer = await client.read()
        assert isinstance(answer, ConnAck)
        assert (answer.code, answer.session_present) == (0, True)
        outage.end()
        assert await client.read() is None
