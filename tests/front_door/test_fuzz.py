"""Damaged bytes by the hundred thousand: no crash, the right goodbye, no memory left behind, and others undisturbed."""

import asyncio
import gc
import os
import random
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import mqtt5
import pytest

from hub.ingest.front_door.actions import (
    Action,
    AskSubscriptions,
    Authenticate,
    Close,
    CloseCause,
    Deliver,
    DropSubscriptions,
    Release,
    Send,
)
from hub.ingest.front_door.codec import Decoder
from hub.ingest.front_door.encoding import encode
from hub.ingest.front_door.limits import DEFAULT_LIMITS
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import (
    Acknowledgement,
    Connect,
    Disconnect,
    Packet,
    PingReq,
    Publish,
    Subscribe,
    SubscriptionRequest,
    Unsubscribe,
    Will,
)
from hub.ingest.front_door.properties import NO_PROPERTIES, Properties
from hub.ingest.front_door.reasons import PacketError, ReasonCode
from hub.ingest.front_door.session import Session, SessionState
from hub.storage.mqtt_records import Admission
from tests.front_door.conftest import HOST, House
from tests.front_door.fakes import SECRET, until
from tests.front_door.raw_client import RawClient

SEED = 20_261_122
MEMORY_GROWTH_MAX_BYTES = 5 * 1024 * 1024
DEVICE = str(UUID(int=0xA0))
ADMISSION = Admission(device_id=DEVICE)
UP, DOWN = f"anxin/v1/{DEVICE}/up", f"anxin/v1/{DEVICE}/down"

#: What a client that sends nonsense may be told.
PROTOCOL_REASONS = {
    ReasonCode.MALFORMED_PACKET,
    ReasonCode.PROTOCOL_ERROR,
    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
    ReasonCode.TOPIC_ALIAS_INVALID,
    ReasonCode.PACKET_TOO_LARGE,
    ReasonCode.QUOTA_EXCEEDED,
    ReasonCode.NOT_AUTHORIZED,
}
_CAUSES = {
    ReasonCode.PACKET_TOO_LARGE: CloseCause.TOO_LARGE,
    ReasonCode.NOT_AUTHORIZED: CloseCause.FORBIDDEN,
}


def dice(seed: int) -> random.Random:
    return random.Random(seed)


def valid_stream(version: Version, rng: random.Random) -> bytes:
    """A CONNECT and what a lively client sends after it."""
    v5 = version is Version.V5
    user = Properties(user_properties=(("firmware", "1.2"),)) if v5 else NO_PROPERTIES
    alias = Properties(topic_alias=1) if v5 else NO_PROPERTIES
    will = Will(topic=f"{UP}/status", payload=b'{"online": false}', qos=1, retain=True, properties=user)
    connect = Connect(
        version=version,
        client_id="fuzz",
        clean_start=True,
        keep_alive_s=60,
        username=DEVICE,
        password=SECRET.encode(),
        will=will if rng.random() < 0.5 else None,
        properties=Properties(session_expiry_interval=60, receive_maximum=10) if v5 else NO_PROPERTIES,
    )
    request = SubscriptionRequest(topic_filter=f"{DOWN}/#", qos=1)
    choices: list[Packet] = [
        Publish(f"{UP}/event", b'{"event": "sos_pressed"}', 1, packet_id=1, properties=alias),
        Publish(f"{UP}/telemetry", bytes(rng.randrange(300)), 0, properties=user),
        Publish(f"{UP}/event", b"{}", 2, packet_id=2),
        Acknowledgement(PacketType.PUBREL, 2),
        Acknowledgement(PacketType.PUBACK, 3),
        Subscribe(packet_id=4, requests=(request,), properties=user),
        Unsubscribe(packet_id=5, topic_filters=(f"{DOWN}/#",)),
        PingReq(),
        Disconnect(),
    ]
    packets: list[Packet] = [connect, *rng.choices(choices, k=rng.randrange(1, 6))]
    return b"".join(encode(packet, version) for packet in packets)


def damage(stream: bytes, rng: random.Random) -> bytes:
    """A few bytes changed, cut out, doubled or made up; now and then nothing but noise."""
    if rng.random() < 0.02:
        return rng.randbytes(rng.randrange(1, 64))
    octets = bytearray(stream)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(octets)) if octets else 0
        match rng.randrange(5):
            case 0 | 1:
                octets[at : at + 1] = bytes((rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256))),))
            case 2:
                del octets[at : at + rng.randrange(1, 8)]
            case 3:
                octets[at:at] = octets[at : at + rng.randrange(1, 40)]
            case 4:
                octets[at:at] = rng.randbytes(rng.randrange(1, 8))
    return bytes(octets)


class Counterpart:
    """Decoder and session as the connection drives them, everything answered at once."""

    def __init__(self) -> None:
        self.decoder = Decoder(DEFAULT_LIMITS.connect_bytes_max)
        self.session = Session(DEFAULT_LIMITS)
        self.sent: list[bytes] = []
        self.error: PacketError | None = None
        self.close: Close | None = None

    def feed(self, octets: bytes) -> None:
        half = len(octets) // 2
        for chunk in (octets[:half], octets[half:]):
            self.decoder.feed(chunk)
            self._advance()

    def _advance(self) -> None:
        while self.close is None:
            try:
                packet = self.decoder.next_packet()
                if packet is None:
                    return
                self._perform(self.session.feed(packet))
            except PacketError as error:
                self.error = error
                self.session.version = self.decoder.version or self.session.version
                self._perform(self.session.fail(error))

    def _perform(self, actions: list[Action]) -> None:
        session = self.session
        for action in actions:
            match action:
                case Send(octets):
                    self.sent.append(octets)
                case Close():
                    self.close = action
                case Deliver(_, _, owed):
                    self._perform(session.settle(owed))
                case Authenticate():
                    self._let_in()
                case AskSubscriptions():
                    self._perform(session.subscribed(action, frozenset()))
                case DropSubscriptions():
                    self._perform(session.unsubscribed(action))
                case Release(packet_id):
                    self._perform(session.released(packet_id))

    def _let_in(self) -> None:
        if self.session.may_leave_will(ADMISSION):
            self.decoder.packet_size_max = DEFAULT_LIMITS.packet_bytes_max
            self._perform(self.session.admit(ADMISSION, None, "assigned"))
        else:
            self._perform(self.session.refuse_connect(ReasonCode.NOT_AUTHORIZED, "will"))


def check(counterpart: Counterpart) -> None:
    """What must hold whatever came in."""
    session, error = counterpart.session, counterpart.error
    if error is None:
        assert (counterpart.close is None) == (session.state is not SessionState.CLOSED)
    else:
        assert error.reason in PROTOCOL_REASONS
        assert counterpart.close is not None
        assert counterpart.close.cause is _CAUSES.get(error.reason, CloseCause.PROTOCOL)
        assert session.state is SessionState.CLOSED
    if session.version is Version.V5:
        goodbye = _last_code([packet for octets in counterpart.sent for packet in _read(octets)])
        assert error is None or goodbye in {error.reason, _in_a_second_connect(error.reason)}


def _in_a_second_connect(reason: ReasonCode) -> ReasonCode:
    """DISCONNECT has no word for a wrong version."""
    return ReasonCode.PROTOCOL_ERROR if reason is ReasonCode.UNSUPPORTED_PROTOCOL_VERSION else reason


def _read(octets: bytes) -> list[object]:
    """Packets as the independent codec reads them: what we say must be MQTT, too."""
    packets: list[object] = []
    at = 0
    while at < len(octets):
        packet, size = mqtt5.read(memoryview(octets)[at:])
        packets.append(packet)
        at += size
    return packets


def _last_code(packets: list[object]) -> int | None:
    code = getattr(packets[-1], "reason_code", None) if packets else None
    return None if code is None else int(code)


def resident_bytes() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def fuzz(count: int, seed: int) -> tuple[int, int]:
    """Feed so many damaged streams; returns how many broke the protocol and how many did not."""
    rng = dice(seed)
    streams = [valid_stream(version, rng) for version in Version for _ in range(100)]
    broken = 0
    for _ in range(count):
        counterpart = Counterpart()
        counterpart.feed(damage(rng.choice(streams), rng))
        check(counterpart)
        broken += counterpart.error is not None
    return broken, count - broken


def test_undamaged_streams_break_nothing() -> None:
    rng = dice(SEED)
    for version in Version:
        for _ in range(200):
            counterpart = Counterpart()
            counterpart.feed(valid_stream(version, rng))
            check(counterpart)
            assert counterpart.error is None


def assert_survives(count: int) -> None:
    fuzz(5_000, SEED - 1)  # caches and code paths are warm: what grows from here on is a leak
    before = resident_bytes()
    broken, unbroken = fuzz(count, SEED)
    assert resident_bytes() - before <= MEMORY_GROWTH_MAX_BYTES
    assert min(broken, unbroken) > count // 20  # the damage is neither always fatal nor always harmless


def test_damaged_streams_are_survived() -> None:
    assert_survives(100_000)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_million_damaged_streams_are_survived() -> None:
    assert_survives(1_000_000)


async def test_garbage_connections_do_not_disturb_a_device(house: House) -> None:
    rng = dice(SEED)
    device_id = house.credentials.register()
    streams = [  # each of another device: one that comes again and again is let in slowly
        valid_stream(version, rng).replace(DEVICE.encode(), house.credentials.register().encode())
        for version in Version
        for _ in range(50)
    ]

    async def send_garbage() -> None:
        reader, writer = await asyncio.open_connection(HOST, house.port)
        writer.write(damage(rng.choice(streams), rng))
        if writer.can_write_eof():
            writer.write_eof()
        try:
            await reader.read()
        except ConnectionError:
            return
        finally:
            writer.close()

    async with await RawClient.connected(house.port, device_id) as client:
        waits_s = []
        for packet_id in range(1, 101):
            noise = [asyncio.create_task(send_garbage()) for _ in range(5)]
            started = asyncio.get_running_loop().time()
            await client.send(client.event(packet_id))
            assert await client.read() == Acknowledgement(PacketType.PUBACK, packet_id)
            waits_s.append(asyncio.get_running_loop().time() - started)
            await asyncio.gather(*noise)
        ids = [message.packet_id or 0 for message in house.sink.messages if message.device_id == device_id]
        assert ids == list(range(1, 101))
        assert all(earlier < later for earlier, later in pairwise(ids))
        assert max(waits_s) < 2.0
        await until(lambda: house.door.counters.connections == 1, "the garbage connections to be gone")
