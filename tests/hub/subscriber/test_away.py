"""A broker that is away, one that refuses, one that is too fast: noticed, said once, and over when it is over."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from hub.bench.hub_process import free_port
from hub.broker_addresses import parse_broker_address
from hub.ingest.adapters import find_adapters
from hub.ingest.source import InboundMessage
from hub.ingest.subscriber.source import BrokerSource
from hub.ingest.subscriber.watch import SourceWatch
from hub.storage.database import open_pool
from tests.hub.ingest.worlds import COUNTY, World
from tests.hub.subscriber.broker import Broker, Publisher, needs_mosquitto
from tests.hub.subscriber.conftest import until

pytestmark = needs_mosquitto

TOPIC = "anxin/v1/0191b4f0-0000-7000-8000-000000000001/up/telemetry"


@dataclass
class Sink:
    """A pipeline that the test holds in its hand."""

    full_at: int = 1_000_000
    taken: list[InboundMessage] = field(default_factory=list)

    @property
    def congested(self) -> bool:
        return len(self.taken) >= self.full_at

    storing = True

    def accept(self, message: InboundMessage) -> None:
        self.taken.append(message)


@contextlib.asynccontextmanager
async def _source(address: str, sink: Sink) -> AsyncIterator[BrokerSource]:
    source = BrokerSource(parse_broker_address(address), find_adapters([]), sink, COUNTY)
    running = asyncio.create_task(source.run())
    try:
        yield source
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _publish(port: int, count: int, first: int = 0, qos: int = 1) -> None:
    def publish() -> None:
        publisher = Publisher(port)
        for number in range(first, first + count):
            payload = {"measured_at": "2026-11-22T04:00:00Z", "steps": number}
            publisher.publish(TOPIC, json.dumps(payload).encode(), qos=qos)
        publisher.close()

    await asyncio.to_thread(publish)


def _items(world: World) -> list[tuple[str, int]]:
    rows = world.run("SELECT state, occurrences FROM maintenance_item WHERE kind = 'source_away' ORDER BY opened_at")
    return [(row["state"], row["occurrences"]) for row in rows]


async def test_a_broker_that_is_away_is_one_maintenance_item_until_it_is_back(
    database: str, world: World, tmp_path: Path
) -> None:
    world.division()
    broker = Broker(tmp_path)
    pool = await open_pool(database, name="test", max_size=2)
    with capture_logs() as logs:
        async with _source(broker.url, Sink()) as source:
            watch = asyncio.create_task(SourceWatch(pool, [source], COUNTY, away_after_s=0.3).run())
            await until(lambda: _items(world) == [("open", 1)], "the item")
            assert "ConnectionRefused" in source.away_because
            await until(lambda: source.away_for_s > 2, "several attempts")
            broker.start()
            await until(lambda: _items(world) == [("cleared", 1)], "cleared")
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
    broker.kill()
    await pool.close()
    lost = [line for line in logs if line["event"] == "source_lost"]
    assert sorted(line["client_id"] for line in lost) == ["anxin-hub-127.0.0.1", "anxin-hub-127.0.0.1-events"]


async def test_a_source_whose_adapter_is_missing_is_away_and_harms_nobody(database: str, world: World) -> None:
    world.division()
    pool = await open_pool(database, name="test", max_size=2)
    async with _source("mqtt://127.0.0.1/?adapter=no_such", Sink()) as source:
        watch = asyncio.create_task(SourceWatch(pool, [source], COUNTY, away_after_s=0).run())
        await until(lambda: _items(world) == [("open", 1)], "the item")
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
    await pool.close()
    (item,) = world.run("SELECT explanation FROM maintenance_item")
    assert "no_such" in item["explanation"]["params"]["reason"]


@pytest.mark.parametrize(
    ("version", "connack", "suback"),
    [
        ("3.1.1", b"\x20\x02\x00\x00", b"\x90\x03\x00\x01\x80"),
        ("5", b"\x20\x03\x00\x00\x00", b"\x90\x04\x00\x01\x00\x87"),
    ],
)
async def test_a_broker_that_refuses_the_subscription_counts_as_away(
    version: str, connack: bytes, suback: bytes
) -> None:
    """Mosquitto grants every subscription; this one answers CONNECT with success and SUBSCRIBE with a refusal."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (connack, suback):
            await reader.read(1000)
            writer.write(answer)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, _source(f"mqtt://127.0.0.1:{port}/?version={version}&filter={TOPIC}", Sink()) as source:
        await until(lambda: "refused" in source.away_because, "the refusal")
        assert source.away_because == f"subscription refused: {TOPIC}"
        assert source.away_for_s > 0


async def test_a_wrong_password_is_said_as_such(tmp_path: Path) -> None:
    with Broker(tmp_path, access="allow_anonymous false") as broker:
        async with _source(f"mqtt://hub:wrong@127.0.0.1:{broker.port}", Sink()) as source:
            await until(lambda: "refused" in source.away_because, "the refusal")
            assert "wrong" not in source.away_because


async def test_a_full_pipeline_stops_the_reading_and_not_the_connection(broker: Broker) -> None:
    sink = Sink(full_at=10)
    async with _source(f"{broker.url}?filter={TOPIC}&window=10000&keepalive=5", sink) as source:
        await until(lambda: source.away_for_s == 0, "subscribed")
        await _publish(broker.port, 300)
        await until(lambda: sink.congested, "full")
        assert len(sink.taken) == 10
        sink.full_at = 1_000
        await until(lambda: len(sink.taken) == 300, "the rest")
        assert source.away_for_s == 0


async def test_no_more_is_under_way_than_the_window_allows(broker: Broker) -> None:
    sink = Sink()
    async with _source(f"{broker.url}?filter={TOPIC}&window=7", sink) as source:
        await until(lambda: source.away_for_s == 0, "subscribed")
        await _publish(broker.port, 30)
        await until(lambda: len(sink.taken) == 7, "the window")
        sink.taken[3].acknowledge()
        await _published_and_heard(broker.port)
        assert len(sink.taken) == 7  # its PUBACK waits for those before it
        for message in sink.taken[:3]:
            message.acknowledge()
        # Mosquitto 2.0.11 refills the whole window at each PUBACK: what is beyond it stays in the socket.
        await until(lambda: len(sink.taken) > 7, "more")
        assert len(sink.taken) - 4 <= 7


async def test_messages_without_acknowledgement_keep_to_the_window_too(broker: Broker) -> None:
    sink = Sink()
    async with _source(f"{broker.url}?filter={TOPIC}&window=7", sink) as source:
        await until(lambda: source.away_for_s == 0, "subscribed")
        await _publish(broker.port, 30, qos=0)
        await until(lambda: len(sink.taken) == 7, "the window")
        await _published_and_heard(broker.port)
        assert len(sink.taken) == 7
        for settled in range(30):
            await until(lambda wanted=settled: len(sink.taken) > wanted, "the next")  # type: ignore[misc]
            assert len(sink.taken) - settled <= 7
            sink.taken[settled].acknowledge()


async def _published_and_heard(port: int) -> None:
    """A round trip through the broker: whatever it had to send before has arrived."""
    heard = Sink()
    async with _source(f"mqtt://127.0.0.1:{port}/?filter=anxin/v1/probe/up/telemetry&name=probe", heard) as source:
        await until(lambda: source.away_for_s == 0, "subscribed")
        publisher = await asyncio.to_thread(Publisher, port)
        await asyncio.to_thread(publisher.publish, "anxin/v1/probe/up/telemetry", b"{}")
        await until(lambda: len(heard.taken) == 1, "the probe")
        await asyncio.to_thread(publisher.close)


async def test_what_was_not_acknowledged_comes_again_on_the_next_connection(broker: Broker) -> None:
    first, second = Sink(), Sink()
    address = f"{broker.url}?filter={TOPIC}"
    async with _source(address, first) as source:
        await until(lambda: source.away_for_s == 0, "subscribed")
        await _publish(broker.port, 5)
        await until(lambda: len(first.taken) == 5, "the messages")
        for message in first.taken[:2]:
            message.acknowledge()
    late = first.taken[2].acknowledge
    await _publish(broker.port, 1, first=5)  # nobody is there: the broker keeps it
    async with _source(address, second):
        await until(lambda: len(second.taken) == 4, "the rest")
        late()  # of a connection that is gone: it must not speak for this one
    assert [json.loads(message.payload)["steps"] for message in second.taken] == [2, 3, 4, 5]
    assert [message.dup for message in second.taken] == [True, True, True, False]


async def test_tls_is_spoken_and_the_brokers_certificate_is_checked(tmp_path: Path) -> None:
    authority, certificate, key = _certificates(tmp_path)
    port = free_port()
    access = (
        f"allow_anonymous true\nlistener {port} 127.0.0.1\nallow_anonymous true\n"
        f"cafile {authority}\ncertfile {certificate}\nkeyfile {key}"
    )
    sink = Sink()
    with Broker(tmp_path, access=access) as broker:
        async with _source(f"mqtts://127.0.0.1:{port}/?name=strict", Sink()) as strict:
            await until(lambda: "CERTIFICATE_VERIFY_FAILED" in strict.away_because, "the refusal")
        async with _source(f"mqtts://127.0.0.1:{port}/?ca={authority}", sink) as source:
            await until(lambda: source.away_for_s == 0, "subscribed")
            await _publish(broker.port, 300)
            await until(lambda: len(sink.taken) == 300, "all of it")


def _certificates(directory: Path) -> tuple[Path, Path, Path]:
    """A broker's certificate that no public authority signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    began = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = directory / "broker.pem", directory / "broker.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths[0], paths[0], paths[1]
