"""The front door as paho-mqtt sees it, in both versions."""

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from tests.front_door.conftest import House
from tests.front_door.fakes import until
from tests.front_door.paho_client import V3, V5, PahoClient

BOTH = pytest.mark.parametrize("protocol", [V3, V5], ids=["3.1.1", "5"])


@BOTH
@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_a_device_publishes_and_is_acknowledged(house: House, protocol: MQTTProtocolVersion, qos: int) -> None:
    device_id = house.credentials.register()
    async with PahoClient(house.port, device_id, protocol=protocol) as client:
        assert client.codes == [0]
        assert await client.publish(b"help", qos=qos) == 0
        message = (await house.sink.received(1))[0]
    assert (message.device_id, message.sender_id, message.leaf, message.payload, message.qos) == (
        device_id,
        device_id,
        "event",
        b"help",
        qos,
    )


@BOTH
async def test_nothing_is_acknowledged_before_the_pipeline_says_so(house: House, protocol: MQTTProtocolVersion) -> None:
    house.sink.answers_at_once = False
    device_id = house.credentials.register()
    async with PahoClient(house.port, device_id, protocol=protocol) as client:
        first = client.client.publish(f"anxin/v1/{device_id}/up/telemetry", b"1", qos=1)
        second = client.client.publish(f"anxin/v1/{device_id}/up/event", b"2", qos=1)
        messages = await house.sink.received(2)
        messages[1].acknowledge()  # the event's commit came first, its PUBACK waits for its turn
        assert await client.publish(b"", qos=0, leaf="status") == 0
        await house.sink.received(3)
        assert first.mid not in client.acknowledged
        assert second.mid not in client.acknowledged
        messages[0].acknowledge()
        await until(lambda: second.mid in client.acknowledged)
        assert [mid for mid in client.acknowledged if mid in {first.mid, second.mid}] == [first.mid, second.mid]


@BOTH
async def test_a_wrong_password_is_refused_and_becomes_known(house: House, protocol: MQTTProtocolVersion) -> None:
    device_id = house.credentials.register()
    client = PahoClient(house.port, device_id, protocol=protocol, secret="guessed")
    assert await client.connect() == 0x86  # paho translates 3.1.1's return code 4
    await client.leave()
    assert house.watcher.refused == [(device_id, "wrong_password")]
    assert house.door.counters.refused["wrong_password"] == 1


@BOTH
async def test_a_device_is_told_what_waits_for_it(house: House, protocol: MQTTProtocolVersion) -> None:
    device_id = house.credentials.register()
    house.store.queue(device_id, "ack", b"early")
    async with PahoClient(house.port, device_id, protocol=protocol) as client:
        assert await client.subscribe() == [1]
        await client.received(1)
        house.store.queue(device_id, "command", b"later")
        house.door.wake(device_id)
        messages = await client.received(2)
        assert [message.payload for message in messages] == [b"early", b"later"]
        assert messages[1].topic == f"anxin/v1/{device_id}/down/command"
        await until(lambda: len(house.store.delivered) == 2, "both to be settled")


async def test_a_foreign_topic_is_refused_in_mqtt_5(house: House) -> None:
    device_id, other = house.credentials.register(), house.credentials.register()
    async with PahoClient(house.port, device_id, protocol=V5) as client:
        assert await client.publish(b"", topic=f"anxin/v1/{other}/up/event") == 0x87
        assert await client.publish(b"", topic="$SYS/broker") == 0x87
        assert await client.publish(b"still here") == 0
    assert house.sink.payloads == [b"still here"]


async def test_a_foreign_topic_ends_the_connection_in_mqtt_3_1_1(house: House) -> None:
    device_id, other = house.credentials.register(), house.credentials.register()
    async with PahoClient(house.port, device_id, protocol=V3) as client:
        client.client.publish(f"anxin/v1/{other}/up/event", b"", qos=1)
        await client.disconnected()
    assert house.sink.messages == []
    assert house.door.counters.closed["forbidden"] >= 1


@BOTH
async def test_a_megabyte_is_refused_and_the_reason_arrives(house: House, protocol: MQTTProtocolVersion) -> None:
    device_id = house.credentials.register()
    for _ in range(3):  # a reset socket would lose the reason now and then
        client = PahoClient(house.port, device_id, protocol=protocol)
        await client.connect()
        client.client.publish(f"anxin/v1/{device_id}/up/event", bytes(1_000_000), qos=1)
        code = await client.disconnected()
        assert protocol == V3 or code == 0x95
        await client.leave()
    assert house.sink.messages == []
