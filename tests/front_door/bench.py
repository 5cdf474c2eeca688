"""Figures of the front door alone, over loopback, with a sink that acknowledges at once; no test.

python -m tests.front_door.bench
"""

import asyncio
import contextlib
import multiprocessing
import time
from uuid import uuid4

import psutil
import structlog
import uvloop

from hub.ingest.front_door.codec import Decoder
from hub.ingest.front_door.encoding import encode
from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.packet_types import Version
from hub.ingest.front_door.packets import Connect, Publish
from hub.ingest.front_door.server import FrontDoor
from hub.ingest.source import InboundMessage
from tests.front_door.fakes import SECRET, FakeCredentials, FakeDevice, FakeStore, FakeWatcher

PAYLOAD = b"x" * 195
MESSAGES = 300_000
WINDOW = 500
IDLE_CONNECTIONS = 2_000


class NoSink:
    """Acknowledges at once and keeps nothing."""

    congested = False
    storing = True

    def accept(self, message: InboundMessage) -> None:
        message.acknowledge()


def topic_of(device_id: str) -> str:
    return f"anxin/v1/{device_id}/up/telemetry"


def measure_decoding(version: Version) -> float:
    """PUBLISH of QoS 1 from memory, per second."""
    chunk = encode(Publish(topic_of(str(uuid4())), PAYLOAD, 1, packet_id=7), version) * 250
    decoder = Decoder(len(chunk), version)
    count = 0
    started = time.perf_counter()
    while count < MESSAGES:
        decoder.feed(chunk)
        while decoder.next_packet() is not None:
            count += 1
    return count / (time.perf_counter() - started)


def publish(port: int, device_id: str, version: Version) -> None:
    """The other process: a window of messages at a time, counting the answers by their bytes."""

    async def run() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(connect(version, device_id, "bench"))
        await reader.read(1_024)
        topic = topic_of(device_id)
        window = b"".join(
            encode(Publish(topic, PAYLOAD, 1, packet_id=number), version) for number in range(1, WINDOW + 1)
        )
        for _ in range(MESSAGES // WINDOW):
            writer.write(window)
            await reader.readexactly(4 * WINDOW)
        writer.close()

    uvloop.run(run())


def connect(version: Version, device_id: str, client_id: str) -> bytes:
    packet = Connect(
        version=version,
        client_id=client_id,
        clean_start=True,
        keep_alive_s=600,
        username=device_id,
        password=SECRET.encode(),
    )
    return encode(packet, version)


async def open_door(devices: list[str]) -> tuple[FrontDoor, int]:
    credentials = FakeCredentials({device_id: FakeDevice(SECRET.encode()) for device_id in devices})
    store = FakeStore(credentials)
    door = FrontDoor(
        sink=NoSink(),
        credentials=credentials,
        sessions=store,
        downlinks=store,
        watcher=FakeWatcher(),
        limits=Limits(rate_per_s=1e9, rate_burst=10**9),
    )
    await door.start()
    return door, await door.listen("127.0.0.1", 0)


async def measure_publishing(version: Version) -> tuple[float, float]:
    """Messages per second with a client in another process, and the front door's CPU time per message in us."""
    device_id = str(uuid4())
    door, port = await open_door([device_id])
    child = multiprocessing.get_context("spawn").Process(target=publish, args=(port, device_id, version))
    child.start()
    while door.counters.publishes == 0:
        await asyncio.sleep(0.001)
    started, cpu = time.perf_counter(), time.process_time()
    while door.counters.publishes < MESSAGES:
        await asyncio.sleep(0.01)
    took_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    await asyncio.to_thread(child.join)
    await door.stop()
    return MESSAGES / took_s, cpu_s / MESSAGES * 1e6


async def measure_idle_connections() -> float:
    """KiB of memory for each connected, silent device; both ends of the sockets are in this process."""
    device_id = str(uuid4())
    door, port = await open_door([device_id])
    before = psutil.Process().memory_info().rss
    writers = []
    for number in range(IDLE_CONNECTIONS):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(connect(Version.V3_1_1, device_id, str(number)))
        writers.append(writer)
    while door.counters.sessions < IDLE_CONNECTIONS:
        await asyncio.sleep(0.01)
    grown = psutil.Process().memory_info().rss - before
    for writer in writers:
        writer.close()
    with contextlib.suppress(TimeoutError):
        await door.stop()
    return grown / IDLE_CONNECTIONS / 1024


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    for version in Version:
        print(f"{version.name}: PUBLISH decoded from memory {measure_decoding(version):,.0f}/s")  # noqa: T201
        rate, cpu_us = uvloop.run(measure_publishing(version))
        print(f"{version.name}: published over loopback {rate:,.0f}/s, {cpu_us:.1f} us CPU each")  # noqa: T201
    print(f"idle connection (both ends) {uvloop.run(measure_idle_connections()):.1f} KiB")  # noqa: T201


if __name__ == "__main__":
    main()
