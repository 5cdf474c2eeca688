"""Sessions that outlive their connections, seen by paho, over a restart of the hub; everything stored is in memory."""

from typing import Any

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import Acknowledgement, ConnAck, Publish
from hub.ingest.front_door.properties import Properties
from tests.front_door.conftest import House
from tests.front_door.fakes import until
from tests.front_door.paho_client import V3, V5, PahoClient
from tests.front_door.raw_client import RawClient

BOTH = pytest.mark.parametrize("protocol", [V3, V5], ids=["3.1.1", "5"])


@BOTH
async def test_a_lasting_session_gets_what_came_while_it_was_away(house: House, protocol: MQTTProtocolVersion) -> None:
    device_id = house.credentials.register()
    lasting = PahoClient(house.port, device_id, protocol=protocol, clean=False, expiry_s=600)
    async with lasting as client:
        assert client.session_present == [False]
        await client.subscribe()
    house.store.queue(device_id, payload=b"while away")
    await house.reopen()
    again = PahoClient(house.port, device_id, protocol=protocol, clean=False, expiry_s=600)
    async with again as client:
        assert client.session_present == [True]
        assert [message.payload for message in await client.received(1)] == [b"while away"]
        await until(lambda: len(house.store.delivered) == 1)


async def test_an_unacknowledged_message_comes_again_with_dup_and_the_same_identifier(house: House) -> None:
    device_id = house.credentials.register()
    options: dict[str, Any] = {"clean_start": False, "properties": Properties(session_expiry_interval=600)}
    async with PahoClient(house.port, device_id, clean=False, expiry_s=600, client_id="raw") as client:
        await client.subscribe()
    house.store.queue(device_id, payload=b"help comes")
    async with await RawClient.connected(house.port, device_id, Version.V5, **options) as client:
        first = await client.read()
        assert isinstance(first, Publish)
        assert not first.dup
    await house.reopen()
    async with await RawClient.connected(house.port, device_id, Version.V5, **options) as client:
        second = await client.read()
        assert second == first._replace(dup=True)
        await client.send(Acknowledgement(PacketType.PUBACK, first.packet_id or 0))
        await until(lambda: len(house.store.delivered) == 1)


@BOTH
async def test_a_clean_start_forgets_the_session(house: House, protocol: MQTTProtocolVersion) -> None:
    device_id = house.credentials.register()
    async with PahoClient(house.port, device_id, protocol=protocol, clean=False, expiry_s=600) as client:
        await client.subscribe()
    async with PahoClient(house.port, device_id, protocol=protocol) as client:
        assert client.session_present == [False]
    async with PahoClient(house.port, device_id, protocol=protocol, clean=False, expiry_s=600) as client:
        assert client.session_present == [False]


async def test_unsubscribing_holds_for_the_next_connection(house: House) -> None:
    device_id = house.credentials.register()
    async with PahoClient(house.port, device_id, clean=False, expiry_s=600) as client:
        await client.subscribe()
        client.client.unsubscribe(f"anxin/v1/{device_id}/down/#")
        await until(lambda: all(not session.subscriptions for session in house.store.sessions.values()))


async def test_a_message_an_ending_session_did_not_acknowledge_goes_to_the_next(house: House) -> None:
    device_id = house.credentials.register()
    house.store.queue(device_id, payload=b"taken")
    async with PahoClient(house.port, device_id, auto_ack=False) as client:
        await client.subscribe()
        await client.received(1)
        await client.vanish()
    assert not house.store.delivered
    async with PahoClient(house.port, device_id) as client:
        await client.subscribe()
        assert [message.payload for message in await client.received(1)] == [b"taken"]


async def test_more_messages_than_fit_the_window_all_arrive_in_order(house: House) -> None:
    device_id = house.credentials.register()
    wanted = [str(number).encode() for number in range(150)]
    for payload in wanted:
        house.store.queue(device_id, payload=payload)
    async with PahoClient(house.port, device_id) as client:
        await client.subscribe()
        assert [message.payload for message in await client.received(150)] == wanted
        await until(lambda: len(house.store.delivered) == 150)


async def test_what_the_database_could_not_settle_is_settled_later_and_not_sent_twice(house: House) -> None:
    device_id = house.credentials.register()
    async with PahoClient(house.port, device_id) as client:
        await client.subscribe()
        house.store.queue(device_id, payload=b"once")
        house.door.wake(device_id)
        await client.received(1)
        house.store.away = True
        house.store.queue(device_id, payload=b"twice")
        house.door.wake(device_id)
        house.store.away = False
        await client.received(2)
        await until(lambda: len(house.store.delivered) == 2)
        assert [message.payload for message in client.messages] == [b"once", b"twice"]


async def test_qos_2_is_remembered_over_a_restart(house: House) -> None:
    device_id = house.credentials.register()
    options: dict[str, Any] = {"clean_start": False, "properties": Properties(session_expiry_interval=600)}
    async with await RawClient.connected(house.port, device_id, Version.V5, **options) as client:
        await client.send(client.event(9, b"once", qos=2))
        assert await client.read() == Acknowledgement(PacketType.PUBREC, 9)
    session = next(iter(house.store.sessions.values()))
    message = house.sink.messages[0]
    assert message.session_id == session.id
    session.received.add(9)  # what the ingest transaction does
    await house.reopen()
    client = await RawClient.open(house.port, device_id, Version.V5, **options)
    async with client:
        answer = await client.read()
        assert isinstance(answer, ConnAck)
        assert answer.session_present
        await client.send(client.event(9, b"once", qos=2)._replace(dup=True))
        assert await client.read() == Acknowledgement(PacketType.PUBREC, 9)
        await client.send(Acknowledgement(PacketType.PUBREL, 9))
        assert await client.read() == Acknowledgement(PacketType.PUBCOMP, 9)
    assert house.sink.payloads == [b"once"]
    assert session.received == set()
