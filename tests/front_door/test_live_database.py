"""The whole front door on PostgreSQL: what survives when the hub is killed at any point."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import Acknowledgement, Publish, SubAck, Subscribe, SubscriptionRequest
from hub.ingest.front_door.properties import Properties
from hub.ingest.front_door.server import FrontDoor
from hub.storage.mqtt_sessions import remember_received
from tests.front_door.conftest import HOST
from tests.front_door.fakes import SECRET, FakeSink, FakeWatcher
from tests.front_door.paho_client import V3, V5, PahoClient
from tests.front_door.raw_client import RawClient
from tests.front_door.shelf import Shelf


@dataclass
class Hub:
    """A front door on the real storage."""

    shelf: Shelf
    sink: FakeSink = field(default_factory=FakeSink)
    watcher: FakeWatcher = field(default_factory=FakeWatcher)
    door: FrontDoor = field(init=False)
    port: int = 0

    async def start(self) -> "Hub":
        self.door = FrontDoor(
            sink=self.sink,
            credentials=self.shelf.credentials,
            sessions=self.shelf.sessions,
            downlinks=self.shelf.downlinks,
            watcher=self.watcher,
        )
        await self.door.start()
        self.port = await self.door.listen(HOST, 0)
        return self

    async def die_and_start_again(self) -> None:
        """As kill -9: nobody is told, nothing is written."""
        self.door.close_all()
        await self.door.stop()
        await self.start()

    async def tell(self, device_id: str) -> UUID:
        message_id = await self.shelf.queue(device_id)
        self.door.wake(device_id)
        return message_id


@pytest.fixture
async def hub(shelf: Shelf) -> AsyncIterator[Hub]:
    hub = await Hub(shelf).start()
    yield hub
    await hub.door.stop()


LASTING = Properties(session_expiry_interval=600)


async def reconnect(hub: Hub, device_id: str) -> RawClient:
    return await RawClient.connected(hub.port, device_id, clean_start=False, properties=LASTING)


async def subscribe(client: RawClient) -> None:
    request = SubscriptionRequest(topic_filter=f"anxin/v1/{client.device_id}/down/#", qos=1)
    await client.send(Subscribe(packet_id=1, requests=(request,)))
    assert isinstance(await client.read(), SubAck)


@pytest.mark.parametrize("protocol", [V3, V5], ids=["3.1.1", "5"])
async def test_a_device_is_told_and_the_database_knows(hub: Hub, protocol: MQTTProtocolVersion) -> None:
    device_id = await hub.shelf.device(secret=SECRET.encode())
    early = await hub.shelf.queue(device_id, "command")
    async with PahoClient(hub.port, device_id, protocol=protocol) as client:
        assert await client.publish(b"help") == 0
        await client.subscribe()
        late = await hub.tell(device_id)
        assert [message.payload for message in await client.received(2)] == [b"command", b"ack"]
        await hub.shelf.has_delivered({early, late})


async def test_whatever_is_killed_when_the_device_is_told_at_least_once(hub: Hub) -> None:
    device_id = await hub.shelf.device(secret=SECRET.encode())
    async with await reconnect(hub, device_id) as client:
        await subscribe(client)
    message_id = await hub.shelf.queue(device_id)
    await hub.die_and_start_again()  # before it was sent
    async with await reconnect(hub, device_id) as client:
        first = await client.read()
        assert isinstance(first, Publish)
        assert not first.dup
        await hub.die_and_start_again()  # after it was sent, before it was acknowledged
    async with await reconnect(hub, device_id) as client:
        again = await client.read()
        assert again == first._replace(dup=True)
        await client.send(Acknowledgement(PacketType.PUBACK, first.packet_id or 0))
        await hub.shelf.has_delivered({message_id})
    await hub.die_and_start_again()  # after it was settled
    async with await reconnect(hub, device_id) as client:
        await hub.tell(device_id)
        message = await client.read()
        assert isinstance(message, Publish)
        assert not message.dup
        assert message.payload == b"ack"


async def test_qos_2_is_taken_once_over_a_crash(hub: Hub) -> None:
    device_id = await hub.shelf.device(secret=SECRET.encode())
    hub.sink.answers_at_once = False
    async with await reconnect(hub, device_id) as client:
        await client.send(client.event(9, qos=2))
        message = (await hub.sink.received(1))[0]
        assert message.session_id is not None
        async with hub.shelf.pool.connection() as connection:
            await remember_received(connection, [(message.session_id, 9)])  # the ingest transaction commits
        await hub.die_and_start_again()  # before PUBREC
    async with await reconnect(hub, device_id) as client:
        await client.send(client.event(9, qos=2)._replace(dup=True))
        assert await client.read() == Acknowledgement(PacketType.PUBREC, 9)
        await client.send(Acknowledgement(PacketType.PUBREL, 9))
        assert await client.read() == Acknowledgement(PacketType.PUBCOMP, 9)
        await client.send(client.event(9, b"a new one", qos=2))
        await hub.sink.received(2)
    assert hub.sink.payloads == [b"{}", b"a new one"]


async def test_a_revoked_device_is_cut(hub: Hub) -> None:
    device_id = await hub.shelf.device(secret=SECRET.encode())
    async with await RawClient.connected(hub.port, device_id, Version.V3_1_1) as client:
        await hub.shelf.run("UPDATE device SET revoked_at = now() WHERE id = %(id)s", id=device_id)
        hub.door.recheck(device_id)
        assert await client.rest() == []


async def test_a_gateways_child_is_found_by_its_message(hub: Hub) -> None:
    gateway = await hub.shelf.device(kind="gateway", secret=SECRET.encode())
    child = await hub.shelf.device(gateway_id=gateway)
    async with await RawClient.connected(hub.port, gateway) as client:
        wanted = ("anxin/v1/+/down/#",)
        requests = tuple(SubscriptionRequest(topic_filter=topic_filter, qos=1) for topic_filter in wanted)
        await client.send(Subscribe(packet_id=1, requests=requests))
        assert isinstance(await client.read(), SubAck)
        await hub.tell(child)
        message = await client.read()
        assert isinstance(message, Publish)
        assert message.topic == f"anxin/v1/{child}/down/ack"
