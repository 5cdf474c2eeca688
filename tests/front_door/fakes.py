"""The front door's ports in memory: what the database does, without one. Also what a test wants to look at."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hub.ingest.source import InboundMessage, RefusalReason
from hub.storage.mqtt_records import (
    Admission,
    DatabaseAwayError,
    DownMessage,
    LiveSession,
    OwedMessage,
    Refusal,
    RefusedBecause,
    Settlement,
    StoredSession,
    Subscription,
)

DEADLINE_S = 5.0
SECRET = "secret"


async def until(condition: Callable[[], bool], what: str = "the condition") -> None:
    """Wait for something to become true; a test that waits in vain says for what."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not condition():
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"waited {DEADLINE_S:.0f} s in vain for {what}") from None


class FakeSink:
    """Takes messages; answers at once, or when the test says so."""

    def __init__(self) -> None:
        self.messages: list[InboundMessage] = []
        self.congested = False
        self.storing = True
        self.answers_at_once = True
        self.refuse_senders: set[tuple[str, str]] = set()  #: (sender, device) that the registry does not allow.

    def accept(self, message: InboundMessage) -> None:
        self.messages.append(message)
        if (message.sender_id, message.device_id) in self.refuse_senders:
            message.refuse(RefusalReason.NOT_AUTHORIZED)
        elif self.answers_at_once:
            message.acknowledge()

    @property
    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.messages]

    async def received(self, count: int) -> list[InboundMessage]:
        await until(lambda: len(self.messages) >= count, f"{count} messages, has {len(self.messages)}")
        return self.messages


@dataclass
class FakeDevice:
    secret: bytes
    is_gateway: bool = False
    gateway_id: str | None = None
    revoked: bool = False


@dataclass
class FakeCredentials:
    """A registry."""

    devices: dict[str, FakeDevice] = field(default_factory=dict)
    away: bool = False
    remembers: bool = False  #: While away it lets in whoever it knows.
    gate: asyncio.Event | None = None  #: When set, `authenticate` waits for it.

    def register(
        self, *, is_gateway: bool = False, gateway_id: str | None = None, secret: bytes = SECRET.encode()
    ) -> str:
        device_id = str(uuid4())
        self.devices[device_id] = FakeDevice(secret, is_gateway, gateway_id)
        return device_id

    async def authenticate(self, username: str, password: bytes) -> Admission | Refusal:
        if self.gate is not None:
            await self.gate.wait()
        device = self.devices.get(username)
        if self.away and not self.remembers:
            return Refusal(reason=RefusedBecause.UNAVAILABLE)
        if device is None:
            return Refusal(reason=RefusedBecause.UNKNOWN_DEVICE)
        if device.secret != password:
            return Refusal(reason=RefusedBecause.WRONG_PASSWORD, device_id=username)
        if device.revoked:
            return Refusal(reason=RefusedBecause.REVOKED, device_id=username)
        return self._admission(username)

    def _admission(self, device_id: str) -> Admission:
        device = self.devices[device_id]
        return Admission(
            device_id=device_id,
            is_gateway=device.is_gateway,
            secret_sha256=hashlib.sha256(device.secret).digest(),
        )

    async def withdrawn(self, admissions: Sequence[Admission]) -> list[Admission]:
        if self.away:
            raise DatabaseAwayError("away")
        return [
            admission
            for admission in admissions
            if self.devices[admission.device_id].revoked or self._admission(admission.device_id) != admission
        ]

    async def children(self, gateway_id: str) -> frozenset[str]:
        if self.away:
            raise DatabaseAwayError("away")
        return frozenset(name for name, device in self.devices.items() if device.gateway_id == gateway_id)


@dataclass
class FakeSession:
    id: UUID
    expiry_s: int
    generation: int = 1
    connected: bool = True
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    received: set[int] = field(default_factory=set)
    deliveries: dict[UUID, int | None] = field(default_factory=dict)


class FakeStore:
    """Sessions and `down/` messages; implements both ports, as they share their tables."""

    def __init__(self, credentials: FakeCredentials) -> None:
        self.credentials = credentials
        self.sessions: dict[tuple[str, str], FakeSession] = {}
        self.messages: dict[UUID, DownMessage] = {}
        self.delivered: set[UUID] = set()
        self.away = False

    def queue(self, device_id: str, leaf: str = "ack", payload: bytes = b"{}") -> UUID:
        expires_at = datetime.now(UTC) + timedelta(hours=24)
        message = DownMessage(
            id=UUID(int=len(self.messages) + 1), device_id=device_id, leaf=leaf, payload=payload, expires_at=expires_at
        )
        self.messages[message.id] = message
        return message.id

    def _check(self) -> None:
        if self.away:
            raise DatabaseAwayError("away")

    def _by_id(self, session_id: UUID) -> FakeSession | None:
        return next((session for session in self.sessions.values() if session.id == session_id), None)

    async def open(self, user_id: str, client_id: str, *, clean_start: bool, expiry_s: int) -> StoredSession | None:
        self._check()
        name = (user_id, client_id)
        if clean_start:
            self.sessions.pop(name, None)
        session = self.sessions.get(name)
        if session is None:
            if not expiry_s:
                return None
            session = self.sessions[name] = FakeSession(uuid4(), expiry_s)
            return StoredSession(id=session.id, generation=1, present=False)
        session.generation += 1
        session.connected = True
        session.expiry_s = expiry_s
        return StoredSession(
            id=session.id,
            generation=session.generation,
            present=True,
            subscriptions=tuple(session.subscriptions.values()),
            received_packet_ids=frozenset(session.received),
            unacknowledged={
                packet_id: self.messages[message_id]
                for message_id, packet_id in session.deliveries.items()
                if packet_id is not None
            },
        )

    async def close(self, session: StoredSession, expiry_s: int) -> None:
        self._check()
        for name, stored in list(self.sessions.items()):
            if stored.id == session.id and stored.generation == session.generation:
                stored.connected = False
                if not expiry_s:
                    del self.sessions[name]

    async def subscribe(self, session_id: UUID, subscriptions: Sequence[Subscription]) -> None:
        self._check()
        session = self._by_id(session_id)
        if session is not None:
            session.subscriptions.update({stands.topic_filter: stands for stands in subscriptions})

    async def unsubscribe(self, session_id: UUID, topic_filters: Sequence[str]) -> None:
        self._check()
        session = self._by_id(session_id)
        for topic_filter in topic_filters if session is not None else ():
            session.subscriptions.pop(topic_filter, None) if session is not None else None

    async def release(self, packet_ids: Sequence[tuple[UUID, int]]) -> None:
        self._check()
        for session_id, packet_id in packet_ids:
            session = self._by_id(session_id)
            if session is not None:
                session.received.discard(packet_id)

    async def names(self) -> AsyncIterator[Sequence[tuple[str, str]]]:
        self._check()
        yield [name for name, session in self.sessions.items() if session.expiry_s]

    async def tidy(self, live: Collection[UUID]) -> None:
        self._check()
        for session in self.sessions.values():
            session.connected = session.id in live

    async def users_of(self, device_ids: Collection[str]) -> frozenset[str]:
        self._check()
        gateways = (self.credentials.devices[device_id].gateway_id for device_id in device_ids)
        return frozenset(device_ids) | {gateway for gateway in gateways if gateway is not None}

    async def take(self, sessions: Sequence[LiveSession]) -> list[OwedMessage]:
        self._check()
        owed = []
        for live in sessions:
            packet_ids = iter(live.packet_ids)
            for message in self._wanted_by(live):
                packet_id = next(packet_ids, None)
                if packet_id is None:
                    break
                stored = self._by_id(live.session_id) if live.session_id is not None else None
                if stored is not None:
                    stored.deliveries[message.id] = packet_id
                owed.append(OwedMessage(session_key=live.key, message=message, packet_id=packet_id))
        return owed

    def _wanted_by(self, live: LiveSession) -> list[DownMessage]:
        return [
            message
            for message in self.messages.values()
            if message.id not in self.delivered
            and message.id not in live.in_flight
            and live.user_id in {message.device_id, self.credentials.devices[message.device_id].gateway_id}
            and any(wanted.matches(message.device_id, message.leaf) for wanted in live.filters)
        ]

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        self._check()
        for done in settlements:
            self.delivered.add(done.message_id)
            stored = self._by_id(done.session_id) if done.session_id is not None else None
            if stored is not None:
                stored.deliveries.pop(done.message_id, None)


@dataclass
class FakeWatcher:
    """What would become maintenance items."""

    refused: list[tuple[str, RefusedBecause]] = field(default_factory=list)
    floods: list[str] = field(default_factory=list)
    discards: list[str] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)
    contested: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)
    disconnected: list[str] = field(default_factory=list)

    def on_refused_connect(self, device_id: str, reason: RefusedBecause) -> None:
        self.refused.append((device_id, reason))

    def on_flood(self, device_id: str, *, discards: bool) -> None:
        (self.discards if discards else self.floods).append(device_id)

    def on_reconnect_loop(self, device_id: str) -> None:
        self.loops.append(device_id)

    def on_contested(self, device_id: str) -> None:
        self.contested.append(device_id)

    def on_connected(self, device_id: str) -> None:
        self.connected.append(device_id)

    def on_disconnected(self, device_id: str) -> None:
        self.disconnected.append(device_id)


def replaced(session: StoredSession, **changes: object) -> StoredSession:
    """A stored session with other contents."""
    return replace(session, **changes)  # type: ignore[arg-type]
