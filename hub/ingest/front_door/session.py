"""One connection's protocol state, without I/O: packets in, actions out.

    OPENING --CONNECT--> AUTHENTICATING --admit--> CONNECTED --> CLOSED
                  every other packet, error or refusal ---------^

Nothing else assigns `state`. A session that outlives its connection is loaded into a new `Session` by `admit`.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Any
from uuid import UUID

from hub.ingest.front_door import opening, subscribing
from hub.ingest.front_door.acknowledgements import Answer, Owed, OwedAcknowledgements
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
from hub.ingest.front_door.encoding import PING_RESPONSE, encode, encode_acknowledgement
from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.outgoing import OutgoingWindow
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import (
    Acknowledgement,
    ConnAck,
    Connect,
    Disconnect,
    Packet,
    PingReq,
    Publish,
    SubAck,
    Subscribe,
    UnsubAck,
    Unsubscribe,
    Will,
)
from hub.ingest.front_door.properties import NO_PROPERTIES, Properties
from hub.ingest.front_door.reasons import (
    RETURN_CODES,
    ConnectReturnCode,
    PacketError,
    PacketTooLargeError,
    ProtocolError,
    ReasonCode,
    UnsupportedVersionError,
)
from hub.ingest.front_door.topics import UpTopic, down_topic, parse_up_topic
from hub.ingest.source import RefusalReason
from hub.storage.mqtt_records import Admission, LiveSession, OwedMessage, StoredSession, Subscription

_UP_TOPICS_MAX = 256  #: Topics of a connection whose meaning is remembered; a gateway's children times three fit.


class SessionState(StrEnum):
    """Where a connection stands in the protocol."""

    OPENING = "opening"  #: Nothing but a CONNECT is expected.
    AUTHENTICATING = "authenticating"  #: The registry is being asked; no packet is taken meanwhile.
    CONNECTED = "connected"
    CLOSED = "closed"  #: Nothing more is taken or sent.


class Session:
    """What MQTT asks of the server's side of one connection."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.state = SessionState.OPENING
        self.version = Version.V3_1_1
        self.client_id = ""
        self.keep_alive_s = 0
        self.expiry_s = 0
        self.will: Will | None = None
        self.will_topic: UpTopic | None = None
        self.admission: Admission | None = None
        self.stored: StoredSession | None = None
        self.owed = OwedAcknowledgements()
        self.subscriptions: dict[str, Subscription] = {}
        self._connect: Connect | None = None
        self._received: set[int] = set()  #: QoS 2: committed, not released.
        self._outgoing = OutgoingWindow(limits.outgoing_max)
        self._aliases: dict[int, str] = {}
        self._up_topics: dict[str, UpTopic | None] = {}
        self._receivers: dict[type, Callable[[Any], list[Action]]] = {
            Publish: self._receive_publish,
            Acknowledgement: self._receive_acknowledgement,
            Subscribe: self._receive_subscribe,
            Unsubscribe: self._receive_unsubscribe,
            PingReq: self._receive_ping,
            Disconnect: self._receive_disconnect,
        }

    # -- packets ------------------------------------------------------------------------------------------------------

    def feed(self, packet: Packet) -> list[Action]:
        """Take one packet of the client.

        Raises:
            PacketError: the packet is not allowed; the caller passes it to `fail`.
        """
        if self.state is SessionState.CONNECTED:
            receive = self._receivers.get(type(packet))
            if receive is None:
                raise ProtocolError(f"a client may not send {type(packet).__name__.upper()} here")
            return receive(packet)
        if self.state is SessionState.OPENING and isinstance(packet, Connect):
            return self._receive_connect(packet)
        if self.state is SessionState.CLOSED:
            return []
        raise ProtocolError("the first packet is no CONNECT, or another one came before its answer")

    def _receive_connect(self, connect: Connect) -> list[Action]:
        self._connect = connect
        self.version = connect.version
        self.client_id = connect.client_id
        refused = opening.objection(connect, self._limits)
        self.state = SessionState.AUTHENTICATING
        if refused is not None:
            return self.refuse_connect(*refused)
        return [Authenticate(connect)]

    def _receive_publish(self, publish: Publish) -> list[Action]:
        topic, payload, qos, _retain, _dup, packet_id, properties = publish
        size = len(payload)
        if size > self._limits.payload_bytes_max:
            raise PacketTooLargeError(size, self._limits.payload_bytes_max)
        if properties is not NO_PROPERTIES:
            topic = self._resolve_topic(publish)
            publish = publish._replace(topic=topic)
        if packet_id is not None:
            if qos == 2 and packet_id in self._received:
                return [self._acknowledge(PacketType.PUBREC, packet_id, ReasonCode.SUCCESS)]
            if qos == 2 and self.owed.is_waiting_at_qos_2(packet_id):
                return []
            self._check_receive_maximum()
        try:
            up_topic = self._up_topics[topic]
        except KeyError:
            up_topic = self._learn_topic(topic)
        if up_topic is None:
            return self._forbid(topic, qos, packet_id)
        return [Deliver(publish, up_topic, self.owed.owe(packet_id, qos, size))]

    def _check_receive_maximum(self) -> None:
        unacknowledged = self.owed.unacknowledged + len(self._received)
        if unacknowledged < self._limits.in_flight_max:
            return
        if self.version is Version.V5:
            raise ProtocolError("more messages than receive maximum", ReasonCode.RECEIVE_MAXIMUM_EXCEEDED)
        if len(self._received) >= self._limits.in_flight_max:
            raise ProtocolError("too many QoS 2 messages are not released", ReasonCode.QUOTA_EXCEEDED)

    def _resolve_topic(self, publish: Publish) -> str:
        properties = publish.properties
        if properties.subscription_identifiers:
            raise ProtocolError("a client may not send a subscription identifier in a PUBLISH")
        alias = properties.topic_alias
        if alias is None:
            return publish.topic
        if not 1 <= alias <= self._limits.topic_alias_max:
            raise ProtocolError(f"topic alias {alias} is out of range", ReasonCode.TOPIC_ALIAS_INVALID)
        if publish.topic:
            self._aliases[alias] = publish.topic
            return publish.topic
        topic = self._aliases.get(alias)
        if topic is None:
            raise ProtocolError(f"topic alias {alias} was never set")
        return topic

    def _learn_topic(self, topic: str) -> UpTopic | None:
        if self.admission is None:
            return None
        if len(self._up_topics) >= _UP_TOPICS_MAX:
            self._up_topics.clear()
        up_topic = self._up_topics[topic] = parse_up_topic(topic, self.admission)
        return up_topic

    def _forbid(self, topic: str, qos: int, packet_id: int | None) -> list[Action]:
        note = NoteForbidden(topic)
        if self.version is Version.V3_1_1:
            return [note, *self._close(CloseCause.FORBIDDEN, ReasonCode.NOT_AUTHORIZED, "a topic of somebody else")]
        if packet_id is None:
            return [note]
        owed = self.owed.owe(packet_id, qos, 0)
        return [note, *self.settle(owed, ReasonCode.NOT_AUTHORIZED)]

    def _receive_acknowledgement(self, packet: Acknowledgement) -> list[Action]:
        if packet.type is PacketType.PUBREL:
            return self._receive_release(packet.packet_id)
        if packet.type is not PacketType.PUBACK:
            raise ProtocolError("nothing was sent at QoS 2")
        more_may_wait = self._outgoing.is_full
        message = self._outgoing.acknowledge(packet.packet_id)
        if message is None:
            return []
        return [Settle(message), LookForMessages()] if more_may_wait else [Settle(message)]

    def _receive_release(self, packet_id: int) -> list[Action]:
        if packet_id not in self._received:
            return [self._acknowledge(PacketType.PUBCOMP, packet_id, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND)]
        if self.stored is None:
            return self.released(packet_id)
        return [Release(packet_id)]

    def _receive_subscribe(self, packet: Subscribe) -> list[Action]:
        if self.admission is None:
            return []
        return [
            subscribing.judge(packet, self.admission, room=self._limits.subscriptions_max - len(self.subscriptions))
        ]

    def _receive_unsubscribe(self, packet: Unsubscribe) -> list[Action]:
        return [DropSubscriptions(packet.packet_id, packet.topic_filters)]

    def _receive_ping(self, _packet: PingReq) -> list[Action]:
        return [Send(PING_RESPONSE)]

    def _receive_disconnect(self, packet: Disconnect) -> list[Action]:
        expiry_s = packet.properties.session_expiry_interval
        if expiry_s is not None:
            if expiry_s and not self.expiry_s:
                raise ProtocolError("a session that was to end with its connection cannot be kept")
            self.expiry_s = min(expiry_s, self._limits.session_expiry_s_max)
        if packet.properties.server_reference is not None:
            raise ProtocolError("a client may not send a server reference")
        self.state = SessionState.CLOSED
        with_will = packet.code != ReasonCode.SUCCESS
        return [Close(CloseCause.CLIENT_LEFT, f"DISCONNECT 0x{packet.code:02x}", with_will)]

    # -- answers to what the session asked for ------------------------------------------------------------------------

    def admit(self, admission: Admission, stored: StoredSession | None, assigned_client_id: str | None) -> list[Action]:
        """The registry knows the device: CONNACK, and again what an earlier connection left unacknowledged."""
        connect = self._connect
        if connect is None or self.state is not SessionState.AUTHENTICATING:
            return []
        self.admission = admission
        self.stored = stored
        self.client_id = assigned_client_id or connect.client_id
        self.keep_alive_s = opening.keep_alive_s(connect, self._limits)
        self.expiry_s = opening.session_expiry_s(connect, self._limits)
        self._outgoing = OutgoingWindow(opening.outgoing_room(connect, self._limits))
        self.will = connect.will
        if connect.will is not None:
            self.will_topic = parse_up_topic(connect.will.topic, admission)
        self.state = SessionState.CONNECTED
        answer = ConnAck(
            session_present=stored is not None and stored.present,
            properties=opening.connack_properties(connect, assigned_client_id, self._limits),
        )
        actions: list[Action] = [Send(encode(answer, self.version))]
        if stored is not None:
            self.subscriptions = {stands.topic_filter: stands for stands in stored.subscriptions}
            self._received = set(stored.received_packet_ids)
            self._outgoing.restore(stored.unacknowledged)
            actions += [Send(self._encode_down(owed, dup=True)) for owed in self._restored(stored)]
        return [*actions, LookForMessages()]

    def may_leave_will(self, admission: Admission) -> bool:
        """Whether the CONNECT's will, if it has one, is on a topic this user may publish on."""
        will = self._connect.will if self._connect is not None else None
        return will is None or parse_up_topic(will.topic, admission) is not None

    def refuse_connect(self, code: ReasonCode, sentence: str) -> list[Action]:
        """CONNACK with the reason, then the end."""
        if self.state is SessionState.CLOSED:
            return []
        self.state = SessionState.CLOSED
        return [self._refusal(code, sentence), Close(CloseCause.REFUSED, sentence, with_will=False)]

    def _refusal(self, code: ReasonCode, sentence: str) -> Send:
        if self.version is Version.V5:
            answer = ConnAck(code=code, properties=Properties(reason_string=sentence))
        else:
            answer = ConnAck(code=RETURN_CODES.get(code, ConnectReturnCode.NOT_AUTHORIZED))
        return Send(encode(answer, self.version))

    def settle(self, owed: Owed, code: ReasonCode = ReasonCode.SUCCESS) -> list[Action]:
        """A message's fate is known: the answers whose turn it is."""
        answers = self.owed.settle(owed, code)
        if self.state is not SessionState.CONNECTED:
            return []
        return [self._answer(answer) for answer in answers]

    def _answer(self, answer: Answer) -> Send:
        if answer.type is PacketType.PUBREC and answer.code < 0x80:
            self._received.add(answer.packet_id)
        return self._acknowledge(answer.type, answer.packet_id, answer.code)

    def refuse(self, owed: Owed, reason: RefusalReason) -> list[Action]:
        """The pipeline does not take the message from this sender."""
        if self.state is not SessionState.CONNECTED:
            return self.settle(owed, ReasonCode.NOT_AUTHORIZED)
        if reason is RefusalReason.REVOKED:
            return self.disconnect(
                CloseCause.REVOKED, ReasonCode.ADMINISTRATIVE_ACTION, "the credentials were withdrawn"
            )
        if self.version is Version.V3_1_1:
            return self._close(
                CloseCause.FORBIDDEN, ReasonCode.NOT_AUTHORIZED, "a device that is not behind this gateway"
            )
        return self.settle(owed, ReasonCode.NOT_AUTHORIZED)

    def subscribed(self, ask: AskSubscriptions, children: AbstractSet[str]) -> list[Action]:
        """What could be granted is; the SUBACK."""
        if self.state is not SessionState.CONNECTED:
            return []
        for subscription in subscribing.granted(ask, children):
            self.subscriptions[subscription.topic_filter] = subscription
        codes = subscribing.answer_codes(ask, children, self.version)
        return [Send(encode(SubAck(packet_id=ask.packet_id, codes=codes), self.version)), LookForMessages()]

    def unsubscribed(self, drop: DropSubscriptions) -> list[Action]:
        """The UNSUBACK."""
        if self.state is not SessionState.CONNECTED:
            return []
        codes = tuple(
            ReasonCode.NO_SUBSCRIPTION_EXISTED
            if self.subscriptions.pop(topic_filter, None) is None
            else ReasonCode.SUCCESS
            for topic_filter in drop.topic_filters
        )
        return [Send(encode(UnsubAck(packet_id=drop.packet_id, codes=codes), self.version))]

    def released(self, packet_id: int) -> list[Action]:
        """The QoS 2 message is forgotten: PUBCOMP."""
        self._received.discard(packet_id)
        if self.state is not SessionState.CONNECTED:
            return []
        return [self._acknowledge(PacketType.PUBCOMP, packet_id, ReasonCode.SUCCESS)]

    # -- down/ --------------------------------------------------------------------------------------------------------

    def live(self, key: int) -> LiveSession | None:
        """What to ask the database for; None when nothing can be sent now."""
        if self.state is not SessionState.CONNECTED or self.admission is None or not self.subscriptions:
            return None
        packet_ids = self._outgoing.free_ids()
        if not packet_ids:
            return None
        return LiveSession(
            key=key,
            user_id=self.admission.device_id,
            session_id=self.stored.id if self.stored is not None else None,
            filters=tuple(stands.down_filter for stands in self.subscriptions.values()),
            in_flight=self._outgoing.in_flight(),
            packet_ids=packet_ids,
        )

    def send_down(self, owed: OwedMessage) -> list[Action]:
        """Send a message the database has noted for this session."""
        matching = self._matching(owed)
        if self.state is not SessionState.CONNECTED or not matching:
            return []
        octets = self._encode_down(owed, dup=False)
        if self._connect is not None and len(octets) > (self._connect.properties.maximum_packet_size or len(octets)):
            return [Settle(owed.message)]
        if max(stands.qos for stands in matching) == 0:
            return [Send(octets), Settle(owed.message)]
        if not self._outgoing.take(owed.packet_id, owed.message):
            return []
        return [Send(octets)]

    def forget_settled(self, message_id: UUID) -> None:
        """The database knows that the message was acknowledged."""
        self._outgoing.settle(message_id)

    def _matching(self, owed: OwedMessage) -> list[Subscription]:
        message = owed.message
        return [
            stands
            for stands in self.subscriptions.values()
            if stands.down_filter.matches(message.device_id, message.leaf)
        ]

    def _restored(self, stored: StoredSession) -> list[OwedMessage]:
        return [
            OwedMessage(session_key=0, message=message, packet_id=packet_id)
            for packet_id, message in sorted(stored.unacknowledged.items(), key=lambda entry: entry[1].id)
        ]

    def _encode_down(self, owed: OwedMessage, *, dup: bool) -> bytes:
        matching = self._matching(owed)
        identifiers = tuple(stands.identifier for stands in matching if stands.identifier is not None)
        qos = 1 if dup else max(stands.qos for stands in matching)
        publish = Publish(
            topic=down_topic(owed.message.device_id, owed.message.leaf),
            payload=owed.message.payload,
            qos=qos,
            dup=dup,
            packet_id=owed.packet_id if qos else None,
            properties=Properties(subscription_identifiers=identifiers) if identifiers else NO_PROPERTIES,
        )
        return encode(publish, self.version)

    # -- the end ------------------------------------------------------------------------------------------------------

    def fail(self, error: PacketError) -> list[Action]:
        """The client broke the protocol: say why in its version, and close."""
        cause = CloseCause.TOO_LARGE if isinstance(error, PacketTooLargeError) else CloseCause.PROTOCOL
        if self.state is SessionState.CONNECTED:
            is_second_connect = error.reason is ReasonCode.UNSUPPORTED_PROTOCOL_VERSION
            return self._close(cause, ReasonCode.PROTOCOL_ERROR if is_second_connect else error.reason, str(error))
        if self.state is SessionState.CLOSED:
            return []
        self.state = SessionState.CLOSED
        close = Close(cause, str(error), with_will=False)
        if isinstance(error, UnsupportedVersionError):
            self.version = Version.V5 if error.level > Version.V5 else Version.V3_1_1
            return [self._refusal(error.reason, str(error)), close]
        return [self._refusal(error.reason, str(error)), close] if self.version is Version.V5 else [close]

    def disconnect(
        self, cause: CloseCause, code: ReasonCode, sentence: str, *, with_will: bool = False
    ) -> list[Action]:
        """End the connection from our side; a connection that was not let in yet is refused instead."""
        if self.state is SessionState.AUTHENTICATING:
            return self.refuse_connect(code, sentence)
        return self._close(cause, code, sentence, with_will=with_will)

    def _close(self, cause: CloseCause, code: ReasonCode, sentence: str, *, with_will: bool = True) -> list[Action]:
        if self.state is SessionState.CLOSED:
            return []
        said = self.state is SessionState.CONNECTED and self.version is Version.V5
        self.state = SessionState.CLOSED
        close = Close(cause, sentence, with_will)
        if not said:
            return [close]
        farewell = Disconnect(code=code, properties=Properties(reason_string=sentence))
        return [Send(encode(farewell, Version.V5)), close]

    def _acknowledge(self, packet_type: PacketType, packet_id: int, code: int) -> Send:
        return Send(encode_acknowledgement(packet_type, packet_id, code, self.version))
