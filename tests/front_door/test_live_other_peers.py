"""aiomqtt and Mosquitto's clients at the front door; and TLS, with each peer that can."""

import asyncio
import ipaddress
import shutil
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub.ingest.front_door.limits import Limits
from tests.front_door.conftest import HOST, House
from tests.front_door.fakes import SECRET, until

needs_mosquitto = pytest.mark.skipif(
    shutil.which("mosquitto_pub") is None, reason="mosquitto_pub is not installed (package mosquitto-clients)"
)
VERSIONS = pytest.mark.parametrize("version", ["mqttv311", "mqttv5"])


@dataclass
class Certificate:
    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Self-signed, for the loopback address."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "front door")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = Certificate(folder / "front-door.pem", folder / "front-door.key")
    files.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


async def run(*command: str) -> tuple[int, str]:
    """Run one of Mosquitto's clients; its exit code and what it said."""
    child = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(child.communicate(), 10)
    return child.returncode or 0, said.decode()


def mosquitto(program: str, port: int, device_id: str, *more: str, password: str = SECRET) -> tuple[str, ...]:
    return (program, "-h", HOST, "-p", str(port), "-u", device_id, "-P", password, *more)


@pytest.mark.parametrize("protocol", [aiomqtt.ProtocolVersion.V311, aiomqtt.ProtocolVersion.V5])
async def test_aiomqtt_publishes_and_is_told(house: House, protocol: aiomqtt.ProtocolVersion) -> None:
    device_id = house.credentials.register()
    async with aiomqtt.Client(
        HOST, house.port, username=device_id, password=SECRET, protocol=protocol, identifier="aiomqtt"
    ) as client:
        await client.subscribe(f"anxin/v1/{device_id}/down/#", qos=1)
        for qos in (0, 1, 2):
            await client.publish(f"anxin/v1/{device_id}/up/event", f"qos {qos}", qos=qos)
        await house.sink.received(3)
        house.store.queue(device_id, payload=b"received")
        house.door.wake(device_id)
        message = await asyncio.wait_for(anext(client.messages), 5)
        assert message.payload == b"received"
    assert house.sink.payloads == [b"qos 0", b"qos 1", b"qos 2"]


@needs_mosquitto
@VERSIONS
@pytest.mark.parametrize("qos", ["0", "1", "2"])
async def test_mosquitto_pub_is_acknowledged(house: House, version: str, qos: str) -> None:
    device_id = house.credentials.register()
    topic = f"anxin/v1/{device_id}/up/event"
    code, said = await run(
        *mosquitto("mosquitto_pub", house.port, device_id, "-V", version, "-q", qos, "-t", topic, "-m", "help")
    )
    assert (code, said) == (0, "")
    await house.sink.received(1)
    assert house.sink.payloads == [b"help"]


@needs_mosquitto
@VERSIONS
async def test_mosquitto_pub_is_told_of_a_wrong_password(house: House, version: str) -> None:
    device_id = house.credentials.register()
    topic = f"anxin/v1/{device_id}/up/event"
    command = mosquitto("mosquitto_pub", house.port, device_id, "-V", version, "-t", topic, "-m", "x", password="no")
    code, said = await run(*command)
    assert code != 0
    assert "password" in said.lower() or "not authori" in said.lower()


@needs_mosquitto
@VERSIONS
async def test_mosquitto_sub_gets_a_lasting_sessions_messages(house: House, version: str) -> None:
    device_id = house.credentials.register()
    own = f"anxin/v1/{device_id}/down/#"
    expiry = ("-x", "600") if version == "mqttv5" else ()
    lasting = ("-V", version, "-i", "watch", "-c", "-q", "1", "-t", own, *expiry)
    command = mosquitto("mosquitto_sub", house.port, device_id, *lasting)
    code, said = await run(*command, "-E")
    assert (code, said) == (0, "")
    house.store.queue(device_id, payload=b"kept for you")
    code, said = await run(*command, "-C", "1", "-W", "5")
    assert (code, said.strip()) == (0, "kept for you")
    await until(lambda: len(house.store.delivered) == 1)


@needs_mosquitto
async def test_mosquitto_pub_leaves_its_will_when_it_is_killed(house: House) -> None:
    device_id = house.credentials.register()
    status = f"anxin/v1/{device_id}/up/status"
    child = await asyncio.create_subprocess_exec(
        *mosquitto("mosquitto_sub", house.port, device_id, "-t", f"anxin/v1/{device_id}/down/#"),
        "--will-topic",
        status,
        "--will-payload",
        "gone",
        "--will-qos",
        "1",
    )
    await until(lambda: house.watcher.connected == [device_id])
    child.kill()
    await child.wait()
    await house.sink.received(1)
    assert (house.sink.messages[0].leaf, house.sink.payloads) == ("status", [b"gone"])


@needs_mosquitto
@VERSIONS
async def test_tls_with_mosquitto(house: House, certificate: Certificate, version: str) -> None:
    port = await house.door.listen(HOST, 0, tls=certificate.server_context())
    device_id = house.credentials.register()
    tls = ("--cafile", str(certificate.certificate), "-V", version, "-q", "1")
    topic = ("-t", f"anxin/v1/{device_id}/up/event", "-m", "secret help")
    code, said = await run(*mosquitto("mosquitto_pub", port, device_id, *tls, *topic))
    assert (code, said) == (0, "")
    assert house.sink.payloads == [b"secret help"]


async def test_tls_with_aiomqtt(house: House, certificate: Certificate) -> None:
    port = await house.door.listen(HOST, 0, tls=certificate.server_context())
    device_id = house.credentials.register()
    trusting = ssl.create_default_context(cafile=certificate.certificate)
    async with aiomqtt.Client(HOST, port, username=device_id, password=SECRET, tls_context=trusting) as client:
        await client.publish(f"anxin/v1/{device_id}/up/event", bytes(60_000), qos=1)
    assert house.sink.payloads == [bytes(60_000)]


async def test_plain_bytes_on_the_tls_port_are_shown_out(house: House, certificate: Certificate) -> None:
    port = await house.door.listen(HOST, 0, tls=certificate.server_context())
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00")
    await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await until(lambda: house.door.counters.connections == 0)


async def test_unfinished_handshakes_are_crowded_out(certificate: Certificate) -> None:
    house = await House().open(Limits(half_open_max=2))
    port = await house.door.listen(HOST, 0, tls=certificate.server_context())
    idle = [await asyncio.open_connection(HOST, port) for _ in range(3)]
    await until(lambda: idle[0][0].at_eof() or idle[0][0].exception() is not None, "the oldest to be closed")
    assert not idle[2][0].at_eof()
    for _, writer in idle:
        writer.close()
    await house.door.stop()
