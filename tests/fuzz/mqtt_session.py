"""Codec and session together, as a connection drives them: a client's bytes, and a hub that answers when it likes.

The first octets of an input are the hub's script (who is admitted, in what order and with what its messages are
settled, what is sent down, when credentials are withdrawn); the rest is what the client sends.
"""

from collections import deque
from datetime import UTC, datetime
from uuid import UUID

from hub.ingest.front_door.acknowledgements import Owed
from hub.ingest.front_door.actions import (
    Action,
    AskSubscriptions,
    Authenticate,
    Close,
    CloseCause,
    Deliver,
    DropSubscriptions,
    LookForMessages,
    NoteForbidden,
    Release,
    Send,
    Settle,
)
from hub.ingest.front_door.codec import Decoder
from hub.ingest.front_door.limits import DEFAULT_LIMITS
from hub.ingest.front_door.packet_types import Version
from hub.ingest.front_door.packets import Publish
from hub.ingest.front_door.reasons import PacketError, ReasonCode
from hub.ingest.front_door.session import Session, SessionState
from hub.ingest.source import RefusalReason
from hub.storage.mqtt_records import Admission, DownMessage, OwedMessage, StoredSession
from tests.fuzz.bounds import bounded_time

HEAD_OCTETS = 12
DEVICE, CHILD = str(UUID(int=0xA0)), str(UUID(int=0xC1))
_EXPIRES_AT = datetime(2026, 11, 23, tzinfo=UTC)
_DOWN_MAX = 64
#: What PostgreSQL's indexes take is 2,704 bytes; half of it leaves room for the rest of the key.
_KEY_BYTES_MAX = 1_300


class ScriptedHub:
    """The connection's part: carries actions out, and answers late, early, twice or with a refusal, by its script."""

    def __init__(self, script: bytes) -> None:
        self.session = Session(DEFAULT_LIMITS)
        self.decoder = Decoder(DEFAULT_LIMITS.connect_bytes_max)
        self.sent = bytearray()
        self.close: Close | None = None
        self.delivered = 0
        self.error: PacketError | None = None
        self._script = script
        self._turn = 0
        self._waiting: deque[Owed | AskSubscriptions | DropSubscriptions | Release] = deque()
        self._down = 0
        self.admission = Admission(device_id=DEVICE, is_gateway=bool(script[0] & 1))

    def _next(self) -> int:
        octet = self._script[self._turn % len(self._script)]
        self._turn += 1
        return octet

    def run(self, stream: bytes) -> None:
        """Feed what the client sends, in two pieces."""
        half = len(stream) * self._next() // 255
        for chunk in (stream[:half], stream[half:]):
            self.decoder.feed(chunk)
            self._advance()
        while self._waiting:
            self._answer(self._next())

    def _advance(self) -> None:
        while self.close is None:
            try:
                packet = self.decoder.next_packet()
                if packet is None:
                    return
                actions = self.session.feed(packet)
            except PacketError as error:
                self.error = error
                self.session.version = self.decoder.version or self.session.version
                self._perform(self.session.fail(error))
                return
            self._perform(actions)
            self._interfere(self._next())

    def _perform(self, actions: list[Action]) -> None:
        for action in actions:
            assert self.close is None or not isinstance(action, Send), "something is said after the end"
            match action:
                case Send(octets):
                    assert octets
                    self.sent += octets
                case Close():
                    assert self.close is None, "closed twice"
                    self.close = action
                case Authenticate():
                    self._judge_connect(self._next())
                case Deliver(publish, up_topic, owed):
                    assert self.session.state is SessionState.CONNECTED
                    assert up_topic.device_id == DEVICE or self.admission.is_gateway
                    assert len(publish.payload) <= DEFAULT_LIMITS.payload_bytes_max
                    self.delivered += 1
                    self._waiting.append(owed)
                case AskSubscriptions() | DropSubscriptions() | Release():
                    self._waiting.append(action)
                case Settle(message):
                    if self.session.down is not None:
                        self.session.down.forget_settled(message.id)
                case LookForMessages():
                    self._send_down()
                case NoteForbidden():
                    pass

    def _judge_connect(self, octet: int) -> None:
        session = self.session
        if octet % 8 == 7:
            self._perform(session.refuse_connect(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "unknown"))
        elif not session.may_leave_will(self.admission):
            self._perform(session.refuse_connect(ReasonCode.NOT_AUTHORIZED, "will"))
        else:
            self.decoder.packet_size_max = DEFAULT_LIMITS.packet_bytes_max
            self._perform(session.admit(self.admission, self._stored(octet), "assigned" if octet & 16 else None))

    def _stored(self, octet: int) -> StoredSession | None:
        if not octet & 32:
            return None
        unacknowledged = {7: self._message(), 65_535: self._message()} if octet & 64 else {}
        return StoredSession(
            id=UUID(int=1),
            generation=1,
            present=bool(octet & 128),
            received_packet_ids=frozenset({2, 9}),
            unacknowledged=unacknowledged,
        )

    def _message(self) -> DownMessage:
        self._down += 1
        device_id = CHILD if self.admission.is_gateway and self._down % 2 else DEVICE
        return DownMessage(
            id=UUID(int=self._down), device_id=device_id, leaf="ack", payload=b"{}", expires_at=_EXPIRES_AT
        )

    def _send_down(self) -> None:
        live = self.session.live(1)
        if live is None:
            return
        assert len(set(live.packet_ids)) == len(live.packet_ids)
        for packet_id in live.packet_ids[:2]:
            if self._down < _DOWN_MAX:
                self._perform(
                    self.session.send_down(OwedMessage(session_key=1, message=self._message(), packet_id=packet_id))
                )

    def _interfere(self, octet: int) -> None:
        """Between two packets: answer what waits, or end the connection from the hub's side."""
        if octet % 32 == 31:
            self._perform(self.session.disconnect(CloseCause.KEEP_ALIVE, ReasonCode.KEEP_ALIVE_TIMEOUT, "silence"))
        for _ in range(octet % 4):
            if self._waiting:
                self._answer(self._next())

    def _answer(self, octet: int) -> None:
        """The oldest or the newest that waits gets its answer."""
        answered = self._waiting.popleft() if octet & 1 else self._waiting.pop()
        session = self.session
        match answered:
            case Owed():
                before = session.in_flight
                if octet % 16 == 15:
                    reason = RefusalReason.REVOKED if octet & 32 else RefusalReason.NOT_AUTHORIZED
                    self._perform(session.refuse(answered, reason))
                else:
                    self._perform(session.settle(answered))
                    assert session.settle(answered) == [], "one message is answered twice"
                assert session.in_flight <= before
            case AskSubscriptions():
                self._perform(session.subscribed(answered, frozenset({CHILD}) if octet & 2 else frozenset()))
            case DropSubscriptions():
                self._perform(session.unsubscribed(answered))
            case Release(packet_id):
                self._perform(session.released(packet_id))


def check(octets: bytes) -> None:
    """Only `PacketError`, one end with its reason, and what the hub says is MQTT that a client can read."""
    if len(octets) < HEAD_OCTETS:
        return
    hub = ScriptedHub(octets[:HEAD_OCTETS])
    with bounded_time():
        hub.run(octets[HEAD_OCTETS:])
        _assert_ended_well(hub)
        _assert_readable(bytes(hub.sent), hub.session.version)


def _assert_ended_well(hub: ScriptedHub) -> None:
    session = hub.session
    assert (hub.close is not None) == (session.state is SessionState.CLOSED)
    if hub.error is not None:
        assert hub.close is not None, "an error without an end"
    assert hub.delivered == 0 or session.admission is not None
    messages, size = session.in_flight
    if session.state is SessionState.CONNECTED:
        assert (messages, size) == (0, 0), "everything was answered and something is still in flight"
        assert session.keep_alive_s >= 0
        assert session.down is not None
        for stands in session.down.subscriptions.values():
            assert len(stands.topic_filter.encode()) <= _KEY_BYTES_MAX, "a filter that no index takes"
        assert 0 <= session.expiry_s <= DEFAULT_LIMITS.session_expiry_s_max


def _assert_readable(octets: bytes, version: Version) -> None:
    decoder = Decoder(DEFAULT_LIMITS.packet_bytes_max * 2, version)
    decoder.feed(octets)
    awaited: set[int] = set()
    while (packet := decoder.next_packet()) is not None:
        if isinstance(packet, Publish) and packet.qos:
            assert packet.packet_id is not None
            awaited.add(packet.packet_id)
    assert decoder.buffered == 0
    assert len(awaited) <= _DOWN_MAX + 2
