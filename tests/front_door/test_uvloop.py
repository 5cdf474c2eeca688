"""The same on uvloop, whose transports are not asyncio's: what production runs on."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import aiomqtt
import pytest

from hub.ingest.front_door.actions import CloseCause
from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.packet_types import PacketType
from hub.ingest.front_door.packets import Acknowledgement, PingReq, PingResp, SubAck, Subscribe, SubscriptionRequest
from tests.front_door.conftest import HOST, House
from tests.front_door.fakes import SECRET, until
from tests.front_door.raw_client import RawClient
from tests.front_door.test_live_other_peers import Certificate, certificate

uvloop = pytest.importorskip("uvloop")

__all__ = ["certificate"]


def on_uvloop(story: Callable[[House], Awaitable[None]], limits: Limits | None = None) -> None:
    async def play() -> None:
        house = await House().open(limits or Limits())
        try:
            await story(house)
        finally:
            await house.door.stop()

    uvloop.run(play())


def test_messages_are_acknowledged_on_uvloop() -> None:
    async def story(house: House) -> None:
        device_id = house.credentials.register()
        async with await RawClient.connected(house.port, device_id) as client:
            await client.send(*(client.event(number) for number in range(1, 501)))
            answers = [await client.read() for _ in range(500)]
            assert answers == [Acknowledgement(PacketType.PUBACK, number) for number in range(1, 501)]

    on_uvloop(story)


def test_tls_on_uvloop(certificate: Certificate) -> None:
    async def story(house: House) -> None:
        port = await house.door.listen(HOST, 0, tls=certificate.server_context())
        device_id = house.credentials.register()
        trusting = ssl.create_default_context(cafile=certificate.certificate)

        async def publish() -> None:
            async with aiomqtt.Client(HOST, port, username=device_id, password=SECRET, tls_context=trusting) as client:
                await client.publish(f"anxin/v1/{device_id}/up/event", bytes(60_000), qos=1)

        await asyncio.to_thread(asyncio.run, publish())
        assert house.sink.payloads == [bytes(60_000)]

    on_uvloop(story)


def test_unfinished_handshakes_are_crowded_out_on_uvloop(certificate: Certificate) -> None:
    async def story(house: House) -> None:
        port = await house.door.listen(HOST, 0, tls=certificate.server_context())
        idle = [await asyncio.open_connection(HOST, port) for _ in range(3)]
        await until(lambda: idle[0][0].at_eof() or idle[0][0].exception() is not None, "the oldest to be closed")
        assert not idle[2][0].at_eof()
        for _, writer in idle:
            writer.close()

    on_uvloop(story, Limits(half_open_max=2))


def test_a_pause_in_reading_and_a_slow_reader_on_uvloop() -> None:
    async def story(house: House) -> None:
        house.sink.answers_at_once = False
        device_id = house.credentials.register()
        async with await RawClient.connected(house.port, device_id, keep_alive_s=60) as client:
            await client.send(*(client.event(None, bytes((number,))) for number in range(20)), PingReq())
            await house.sink.received(6)
            for number in range(20):
                await house.sink.received(number + 1)
                house.sink.messages[number].acknowledge()
            assert await client.read() == PingResp()
            request = SubscriptionRequest(topic_filter=f"anxin/v1/{device_id}/down/#", qos=1)
            await client.send(Subscribe(packet_id=1, requests=(request,)))
            assert isinstance(await client.read(), SubAck)
            for _ in range(300):
                house.store.queue(device_id, payload=bytes(60_000))
            house.door.wake(device_id)
            await until(lambda: house.door.counters.closed[CloseCause.SLOW_READER] == 1, "the slow reader to be cut")

    on_uvloop(story, Limits(in_flight_max=5, write_buffer_bytes_max=4_096, stalled_write_s=0.2, outgoing_max=1_000))
