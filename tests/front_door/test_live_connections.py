"""Connections as the world makes them: they vanish, are taken over, say nothing, say too much, and do not read."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from hub.ingest.front_door.actions import CloseCause
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
from tests.front_door.conftest import HOST, House
from tests.front_door.fakes import until
from tests.front_door.raw_client import RawClient

V3, V5 = Version.V3_1_1, Version.V5
BOTH = pytest.mark.parametrize("version", [V3, V5], ids=["3.1.1", "5"])


@pytest.fixture
async def small_house() -> AsyncIterator[House]:
    """Bounds so small that a test reaches them."""
    limits = Limits(
        in_flight_max=5,
        rate_burst=10,
        rate_per_s=20,
        connections_max=4,
        write_buffer_bytes_max=4_096,
        stalled_write_s=0.2,
        outgoing_max=1_000,
    )
    house = await House().open(limits)
    yield house
    await house.door.stop()


def will(house_device: str, *, delay_s: int | None = None) -> Will:
    return Will(
        topic=f"anxin/v1/{house_device}/up/status",
        payload=b'{"online": false}',
        qos=1,
        retain=True,
        properties=Properties(will_delay_interval=delay_s),
    )


def farewell(packets: Sequence[object]) -> int | None:
    """The reason code of the server's DISCONNECT."""
    return next((packet.code for packet in packets if isinstance(packet, Disconnect)), None)


# -- wills ------------------------------------------------------------------------------------------------------------


@BOTH
async def test_a_device_that_vanishes_leaves_its_will(house: House, version: Version) -> None:
    device_id = house.credentials.register()
    client = await RawClient.connected(house.port, device_id, version, will=will(device_id))
    client.writer.transport.abort()
    message = (await house.sink.received(1))[0]
    assert (message.device_id, message.leaf, message.payload) == (device_id, "status", b'{"online": false}')
    await until(lambda: house.watcher.disconnected == [device_id])


async def test_a_device_that_says_goodbye_leaves_none(house: House) -> None:
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id, will=will(device_id)) as client:
        await client.send(Disconnect())
        assert await client.rest() == []
    assert house.sink.messages == []


async def test_a_will_with_a_delay_is_void_when_the_device_is_back_in_time(house: House) -> None:
    device_id = house.credentials.register()
    lasting = Properties(session_expiry_interval=60)
    late = will(device_id, delay_s=30)
    client = await RawClient.connected(house.port, device_id, will=late, properties=lasting)
    client.writer.transport.abort()
    await until(lambda: house.door.counters.sessions == 0)
    async with await RawClient.connected(house.port, device_id, clean_start=False, properties=lasting) as client:
        await client.send(client.event(1, b"back"))
        await house.sink.received(1)
    assert house.sink.payloads == [b"back"]


async def test_a_will_with_a_delay_comes_when_the_delay_is_over(house: House) -> None:
    device_id = house.credentials.register()
    lasting = Properties(session_expiry_interval=60)
    client = await RawClient.connected(house.port, device_id, will=will(device_id, delay_s=1), properties=lasting)
    client.writer.transport.abort()
    await until(lambda: house.door.counters.sessions == 0)
    assert house.sink.messages == []
    await house.sink.received(1)


async def test_a_delayed_will_comes_at_once_when_its_session_ends(house: House) -> None:
    device_id = house.credentials.register()
    lasting = Properties(session_expiry_interval=60)
    client = await RawClient.connected(house.port, device_id, will=will(device_id, delay_s=30), properties=lasting)
    client.writer.transport.abort()
    await until(lambda: house.door.counters.sessions == 0)
    async with await RawClient.connected(house.port, device_id):  # a clean start
        await house.sink.received(1)


async def test_a_will_on_a_foreign_topic_is_refused(house: House) -> None:
    device_id, other = house.credentials.register(), house.credentials.register()
    async with await RawClient.open(house.port, device_id, will=will(other)) as client:
        answer = await client.read()
        assert isinstance(answer, ConnAck)
        assert answer.code == ReasonCode.NOT_AUTHORIZED


async def test_a_hub_that_stops_says_so_and_leaves_no_wills(house: House) -> None:
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id, will=will(device_id)) as client:
        stopping = asyncio.create_task(house.door.stop())
        assert farewell(await client.rest()) == ReasonCode.SERVER_SHUTTING_DOWN
        await stopping
    assert house.sink.messages == []


async def test_a_hub_that_lost_ownership_closes_all_sockets_at_once(house: House) -> None:
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id, will=will(device_id)) as client:
        house.door.close_all()
        assert await client.rest() == []
        with pytest.raises(OSError, match="Connect"):
            await asyncio.open_connection(HOST, house.port)
    assert house.sink.messages == []
    assert house.door.counters.closed[CloseCause.OWNERSHIP_LOST] == 1


# -- takeover and revocation ------------------------------------------------------------------------------------------


@BOTH
async def test_the_same_client_id_takes_over(house: House, version: Version) -> None:
    device_id = house.credentials.register()
    async with (
        await RawClient.connected(house.port, device_id, version) as old,
        await RawClient.connected(house.port, device_id, version) as new,
    ):
        assert farewell(await old.rest()) == (ReasonCode.SESSION_TAKEN_OVER if version is V5 else None)
        await new.send(new.event(1))
        assert await new.read() == Acknowledgement(PacketType.PUBACK, 1)
    assert house.door.counters.closed[CloseCause.TAKEN_OVER] == 1


async def test_another_device_cannot_take_over_by_guessing_a_client_id(house: House) -> None:
    one, other = house.credentials.register(), house.credentials.register()
    async with (
        await RawClient.connected(house.port, one) as first,
        await RawClient.connected(house.port, other) as second,
    ):
        for client in (first, second):
            await client.send(PingReq())
            assert await client.read() == PingResp()


async def test_one_user_may_hold_several_sessions(house: House) -> None:
    device_id = house.credentials.register()
    async with (
        await RawClient.connected(house.port, device_id, client_id="a") as first,
        await RawClient.connected(house.port, device_id, client_id="b"),
    ):
        await first.send(PingReq())
        assert await first.read() == PingResp()


@BOTH
async def test_a_revoked_device_is_cut_while_connected(house: House, version: Version) -> None:
    device_id, other = house.credentials.register(), house.credentials.register()
    async with (
        await RawClient.connected(house.port, device_id, version, will=will(device_id)) as client,
        await RawClient.connected(house.port, other, version) as bystander,
    ):
        house.credentials.devices[device_id].revoked = True
        house.door.recheck(other)
        house.door.recheck(device_id)
        assert farewell(await client.rest()) == (ReasonCode.ADMINISTRATIVE_ACTION if version is V5 else None)
        await bystander.send(PingReq())
        assert await bystander.read() == PingResp()
    assert house.sink.messages == []
    async with await RawClient.open(house.port, device_id, version) as again:
        answer = await again.read()
        assert isinstance(answer, ConnAck)
        assert answer.code == (0x87 if version is V5 else 5)
    assert house.watcher.refused == [(device_id, "revoked")]


async def test_after_missed_notifications_everybody_is_rechecked(house: House) -> None:
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id) as client:
        house.credentials.devices[device_id].secret = b"another"
        house.door.recheck_all()
        assert farewell(await client.rest()) == ReasonCode.ADMINISTRATIVE_ACTION


# -- silence and bounds -----------------------------------------------------------------------------------------------


@BOTH
async def test_a_silent_client_is_disconnected_after_its_keep_alive(house: House, version: Version) -> None:
    device_id = house.credentials.register()
    async with await RawClient.connected(
        house.port, device_id, version, keep_alive_s=1, will=will(device_id)
    ) as client:
        started = asyncio.get_running_loop().time()
        assert farewell(await client.rest()) == (ReasonCode.KEEP_ALIVE_TIMEOUT if version is V5 else None)
        assert 1.4 < asyncio.get_running_loop().time() - started < 4
    assert house.sink.payloads == [b'{"online": false}']


async def test_a_socket_without_a_connect_is_closed(house: House) -> None:
    await house.reopen(Limits(connect_timeout_s=0.1))
    reader, writer = await asyncio.open_connection(HOST, house.port)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    assert house.door.counters.closed[CloseCause.NO_CONNECT] == 1


async def test_the_oldest_half_open_socket_makes_room_for_a_device(house: House) -> None:
    await house.reopen(Limits(half_open_max=2))
    idle = [await asyncio.open_connection(HOST, house.port) for _ in range(3)]
    assert await asyncio.wait_for(idle[0][0].read(), 5) == b""
    async with await RawClient.connected(house.port, house.credentials.register()) as client:
        await client.send(PingReq())
        assert await client.read() == PingResp()
    for _, writer in idle:
        writer.close()


async def test_connections_are_bounded(small_house: House) -> None:
    device_id = small_house.credentials.register()
    clients = [await RawClient.connected(small_house.port, device_id, client_id=str(n)) for n in range(4)]
    async with await RawClient.open(small_house.port, device_id, client_id="one too many") as late:
        assert await late.rest() == []
    for client in clients:
        await client.close()
    assert small_house.door.counters.refused["too_many_connections"] == 1


@BOTH
async def test_a_megabyte_is_refused_at_its_header(house: House, version: Version) -> None:
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id, version) as client:
        await client.write(b"\x32\xc0\x84\x3d")  # 1,000,000 bytes are announced, none is sent
        assert farewell(await client.rest()) == (ReasonCode.PACKET_TOO_LARGE if version is V5 else None)
    assert house.sink.messages == []
    assert house.door.counters.closed[CloseCause.TOO_LARGE] == 1


@BOTH
async def test_broken_bytes_end_their_connection_with_the_reason(house: House, version: Version) -> None:
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id, version) as client:
        await client.write(b"\x30\x04\x00\x01\xff\x00")
        assert farewell(await client.rest()) == (ReasonCode.MALFORMED_PACKET if version is V5 else None)


@pytest.mark.parametrize("opening", [b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"\0" * 64])
async def test_who_speaks_no_mqtt_is_shown_out(house: House, opening: bytes) -> None:
    reader, writer = await asyncio.open_connection(HOST, house.port)
    writer.write(opening)
    assert await asyncio.wait_for(reader.read(), 2) == b""
    writer.close()
    assert house.door.counters.closed[CloseCause.PROTOCOL] == 1


# -- back-pressure ----------------------------------------------------------------------------------------------------


async def test_a_client_with_too_much_in_flight_is_not_read_from(small_house: House) -> None:
    """MQTT 3.1.1 has no receive maximum: TCP holds the client back, and nothing is lost."""
    small_house.sink.answers_at_once = False
    device_id = small_house.credentials.register()
    async with await RawClient.connected(small_house.port, device_id, V3) as client:
        await client.send(*(client.event(number) for number in range(1, 10)))
        messages = await small_house.sink.received(6)
        async with await RawClient.connected(small_house.port, device_id, client_id="bystander") as bystander:
            await bystander.send(PingReq())
            assert await bystander.read() == PingResp()
        assert len(messages) == 6
        for number in range(9):
            await small_house.sink.received(number + 1)
            messages[number].acknowledge()
        assert [await client.read() for _ in range(9)] == [
            Acknowledgement(PacketType.PUBACK, number) for number in range(1, 10)
        ]


async def test_a_congested_sink_pauses_telemetry_and_lets_events_through(house: House) -> None:
    house.sink.congested = True
    bulk, urgent = house.credentials.register(), house.credentials.register()
    async with (
        await RawClient.connected(house.port, bulk) as watch,
        await RawClient.connected(house.port, urgent) as button,
    ):
        telemetry = f"anxin/v1/{bulk}/up/telemetry"
        await watch.send(*(Publish(telemetry, b"", 1, packet_id=number) for number in range(1, 4)))
        await house.sink.received(1)
        for number in range(1, 4):
            await button.send(button.event(number))
            assert await button.read() == Acknowledgement(PacketType.PUBACK, number)
        assert len([message for message in house.sink.messages if message.device_id == bulk]) == 1
        house.sink.congested = False
        await house.sink.received(6)


async def test_while_the_database_is_away_pings_are_answered_and_memory_is_capped(small_house: House) -> None:
    small_house.sink.answers_at_once = False
    small_house.sink.storing = False
    small_house.sink.congested = True
    device_id = small_house.credentials.register()
    async with await RawClient.connected(small_house.port, device_id, V3) as client:
        await client.send(*(client.event(number) for number in range(1, 6)), PingReq())
        assert await client.read() == PingResp()
        await client.send(*(client.event(number) for number in range(6, 12)))
        assert await client.rest() == []  # closed without an acknowledgement
    assert small_house.door.counters.closed[CloseCause.MEMORY] == 1
    assert len(small_house.sink.messages) == 5


async def test_a_paused_client_is_read_again_when_the_database_goes_away(small_house: House) -> None:
    small_house.sink.answers_at_once = False
    device_id = small_house.credentials.register()
    async with await RawClient.connected(small_house.port, device_id, V3) as client:
        await client.send(*(client.event(number) for number in range(1, 7)), PingReq())
        await small_house.sink.received(6)
        small_house.sink.storing = False
        assert await client.read() == PingResp()


async def test_messages_that_nobody_settles_give_their_memory_back(house: House) -> None:
    house.sink.answers_at_once = False
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id) as client:
        await client.send(client.event(1, b"12345"), client.event(None, b"678"))
        await house.sink.received(2)
        assert (house.door.in_flight, house.door.in_flight_size) == (2, 8)
    house.sink.messages.clear()
    assert (house.door.in_flight, house.door.in_flight_size) == (0, 0)


async def test_a_flood_is_slowed_never_dropped_and_noted_once(small_house: House) -> None:
    device_id = small_house.credentials.register()
    async with await RawClient.connected(small_house.port, device_id) as client:
        started = asyncio.get_running_loop().time()
        await client.send(*(client.event(None, bytes((number,))) for number in range(18)))
        await small_house.sink.received(18)
        took_s = asyncio.get_running_loop().time() - started
    assert small_house.sink.payloads == [bytes((number,)) for number in range(18)]
    assert took_s > 0.3  # 10 at once, then 20 a second
    assert small_house.watcher.floods == [device_id]


async def test_a_gateways_children_have_a_rate_each(small_house: House) -> None:
    gateway = small_house.credentials.register(is_gateway=True)
    children = [small_house.credentials.register(gateway_id=gateway) for _ in range(3)]
    async with await RawClient.connected(small_house.port, gateway) as client:
        await client.send(*(Publish(f"anxin/v1/{child}/up/telemetry", b"") for child in children for _ in range(9)))
        await small_house.sink.received(27)
    assert small_house.watcher.floods == []


async def test_forbidden_messages_slow_their_sender_and_nobody_else(small_house: House) -> None:
    gateway, victim = small_house.credentials.register(is_gateway=True), small_house.credentials.register()
    async with (
        await RawClient.connected(small_house.port, gateway) as rogue,
        await RawClient.connected(small_house.port, victim) as client,
    ):
        small_house.sink.refuse_senders.add((gateway, victim))
        await rogue.send(*(Publish(f"anxin/v1/{victim}/up/event", b"") for _ in range(12)))
        await small_house.sink.received(12)
        await client.send(*(client.event(number) for number in range(1, 6)))
        assert [await client.read() for _ in range(5)] == [
            Acknowledgement(PacketType.PUBACK, number) for number in range(1, 6)
        ]
        started = asyncio.get_running_loop().time()
        await rogue.send(*(Publish("nobody's topic", b"") for _ in range(14)), PingReq())
        assert await rogue.read() == PingResp()
        assert asyncio.get_running_loop().time() - started > 0.15


async def test_a_client_that_does_not_read_is_cut(small_house: House) -> None:
    device_id = small_house.credentials.register()
    async with await RawClient.connected(small_house.port, device_id, limit=1_024) as client:
        request = SubscriptionRequest(topic_filter=f"anxin/v1/{device_id}/down/#", qos=1)
        await client.send(Subscribe(packet_id=1, requests=(request,)))
        assert isinstance(await client.read(), SubAck)
        for _ in range(300):
            small_house.store.queue(device_id, payload=bytes(60_000))
        small_house.door.wake(device_id)
        await until(lambda: small_house.door.counters.closed[CloseCause.SLOW_READER] == 1, "the slow reader to be cut")


async def test_a_gateway_is_told_about_its_children_only(house: House) -> None:
    gateway = house.credentials.register(is_gateway=True)
    child, stranger = house.credentials.register(gateway_id=gateway), house.credentials.register()
    async with await RawClient.connected(house.port, gateway) as client:
        wanted = ("anxin/v1/+/down/#", f"anxin/v1/{child}/down/ack", f"anxin/v1/{stranger}/down/ack")
        requests = tuple(SubscriptionRequest(topic_filter=topic_filter, qos=1) for topic_filter in wanted)
        await client.send(Subscribe(packet_id=1, requests=requests))
        answer = await client.read()
        assert isinstance(answer, SubAck)
        assert answer.codes == (1, 1, 0x87)
        for device_id in (stranger, child):
            house.store.queue(device_id, payload=device_id.encode())
            house.door.wake(device_id)
        message = await client.read()
        assert isinstance(message, Publish)
        assert message.payload == child.encode()
        house.sink.refuse_senders.add((gateway, stranger))
        await client.send(Publish(f"anxin/v1/{stranger}/up/event", b"", 1, packet_id=5))
        assert await client.read() == Acknowledgement(PacketType.PUBACK, 5, ReasonCode.NOT_AUTHORIZED)


# -- the database is away ---------------------------------------------------------------------------------------------


async def test_an_unknown_lasting_session_is_refused_and_a_passing_one_admitted_without_the_database(
    house: House,
) -> None:
    house.store.away = True
    await house.reopen()  # nor could this one read which sessions there are
    device_id = house.credentials.register()
    async with await RawClient.open(house.port, device_id, V3, clean_start=False) as client:
        answer = await client.read()
        assert isinstance(answer, ConnAck)
        assert answer.code == 3
    async with await RawClient.connected(house.port, device_id) as client:
        await client.send(client.event(1))
        assert await client.read() == Acknowledgement(PacketType.PUBACK, 1)


async def test_a_subscription_is_answered_when_the_database_is_back(house: House) -> None:
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id, V3, clean_start=False) as client:
        house.store.away = True
        request = SubscriptionRequest(topic_filter=f"anxin/v1/{device_id}/down/#", qos=1)
        await client.send(Subscribe(packet_id=1, requests=(request,)), PingReq())
        assert await client.read() == PingResp()
        house.store.queue(device_id, payload=b"waited")
        house.store.away = False
        assert isinstance(await client.read(), SubAck)
        message = await client.read()
        assert isinstance(message, Publish)
        assert message.payload == b"waited"
