"""One connection's protocol state, without I/O: packets in, actions out.

    OPENING --CONNECT--> AUTHENTICATING --admit--> CONNECTED --> CLOSED
                  every other packet, error or refusal ---------^

Nothing else assigns `state`. A session that outlives its connection is loaded into a new `Session` by `admit`; from
then on messages of the client are the upward half's (`upward.py`), messages to it the downward half's.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from hub.ingest.front_door import opening, subscribing
from hub.ingest.front_door.acknowledgements import Owed
from hub.ingest.front_door.actions import (
    Action,
    AskSubscriptions,
    Authenticate,
    Close,
    CloseCause,
    DropSubscriptions,
    LookForMessages,
    NoteForbidden,
    Send,
)
from hub.ingest.front_door.downward import DownwardHalf
from hub.ingest.front_door.encoding import PING_RESPONSE, encode
from hub.ingest.front_door.limits import Limits
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
    ForbiddenTopicError,
    PacketError,
    PacketTooLargeError,
    ProtocolError,
    ReasonCode,
    UnsupportedVersionError,
)
from hub.ingest.front_door.topics import UpTopic, parse_up_topic
from hub.ingest.front_door.upward import UpwardHalf
from hub.ingest.source import RefusalReason
from hub.storage.mqtt_records import Admission, LiveSession, OwedMessage, StoredSession

_SENTENCE_ROOM = 256  #: A client that takes smaller packets is told the code alone.


class SessionState(StrEnum):
    """Where a connection stands in the protocol."""

    OPENING = "opening"  #: Nothing but a CONNECT is expected.
    AUTHENTICATING = "authenticating"  #: The registry is being asked; no packet is taken meanwhile.
    CONNECTED = "connected"
    CLOSED = "closed"  #: Nothing more is taken or sent.


@dataclass(slots=True)
class _Admitted:
    """What exists once a client was let in."""

    admission: Admission
    up: UpwardHalf
    down: DownwardHalf


class Session:
    """What MQTT asks of the server's side of one connection."""

    def __init__(self, limits: Limits) -> None:
        self.state = SessionState.OPENING
        self.version = Version.V3_1_1
        self.client_id = ""
        self.keep_alive_s = 0
        self.expiry_s = 0
        self.will: Will | None = None
        self.will_topic: UpTopic | None = None
        self.stored: StoredSession | None = None
        #: Its lasting session could not be read when it was let in: the database was away.
        self.is_makeshift = False
        self._limits = limits
        self._connect: Connect | None = None
        self._admitted: _Admitted | None = None

    @property
    def admission(self) -> Admission | None:
        """Who this is, once let in."""
        return self._admitted.admission if self._admitted is not None else None

    # -- packets ------------------------------------------------------------------------------------------------------

    def feed(self, packet: Packet) -> list[Action]:
        """Take one packet of the client.

        Raises:
            PacketError: the packet is not allowed; the caller passes it to `fail`.
        """
        if self.state is SessionState.CONNECTED and self._admitted is not None:
            return self._receive(self._admitted, packet)
        if self.state is SessionState.OPENING and isinstance(packet, Connect):
            return self._receive_connect(packet)
        if self.state is SessionState.CLOSED:
            return []
        raise ProtocolError("the first packet is no CONNECT, or another one came before its answer")

    def _receive(self, admitted: _Admitted, packet: Packet) -> list[Action]:
        match packet:
            case Publish():
                return admitted.up.publish(packet)
            case Acknowledgement(type=PacketType.PUBACK):
                return admitted.down.acknowledged(packet.packet_id)
            case Acknowledgement(type=PacketType.PUBREL):
                return admitted.up.release(packet.packet_id)
            case PingReq():
                return [Send(PING_RESPONSE)]
            case Subscribe():
                room = self._limits.subscriptions_max - len(admitted.down.subscriptions)
                return [subscribing.judge(packet, admitted.admission, room=room)]
            case Unsubscribe():
                return [DropSubscriptions(packet.packet_id, packet.topic_filters)]
            case Disconnect():
                return self._receive_disconnect(packet)
            case _:
                raise ProtocolError(f"a client may not send {type(packet).__name__} here")

    def _receive_connect(self, connect: Connect) -> list[Action]:
        self._connect = connect
        self.version = connect.version
        self.client_id = connect.client_id
        self.state = SessionState.AUTHENTICATING
        refused = opening.objection(connect, self._limits)
        return [Authenticate(connect)] if refused is None else self.refuse_connect(*refused)

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

    # -- letting in ---------------------------------------------------------------------------------------------------

    def may_leave_will(self, admission: Admission) -> bool:
        """Whether the CONNECT's will, if it has one, is on a topic this user may publish on."""
        will = self._connect.will if self._connect is not None else None
        return will is None or parse_up_topic(will.topic, admission) is not None

    def admit(
        self,
        admission: Admission,
        stored: StoredSession | None,
        assigned_client_id: str | None,
        *,
        is_makeshift: bool = False,
        is_present: bool = False,
    ) -> list[Action]:
        """The registry knows the device: CONNACK, and again what an earlier connection left unacknowledged."""
        connect = self._connect
        if connect is None or self.state is not SessionState.AUTHENTICATING:
            return []
        self.state = SessionState.CONNECTED
        self.stored, self.is_makeshift = stored, is_makeshift
        self.client_id = assigned_client_id or connect.client_id
        self.keep_alive_s = opening.keep_alive_s(connect, self._limits)
        self.expiry_s = opening.session_expiry_s(connect, self._limits)
        self.will = connect.will
        self.will_topic = parse_up_topic(connect.will.topic, admission) if connect.will is not None else None
        up = UpwardHalf(self._limits, self.version, admission, stored)
        down = DownwardHalf(self._limits, connect, admission.device_id, stored)
        self._admitted = _Admitted(admission, up, down)
        answer = ConnAck(
            session_present=is_present or (stored is not None and stored.present),
            properties=opening.connack_properties(connect, assigned_client_id, self._limits),
        )
        return [Send(encode(answer, self.version)), *down.repeat(), LookForMessages()]

    def refuse_connect(self, code: ReasonCode, sentence: str) -> list[Action]:
        """CONNACK with the reason, then the end."""
        if self.state is SessionState.CLOSED:
            return []
        self.state = SessionState.CLOSED
        return [self._refusal(code, sentence), Close(CloseCause.REFUSED, sentence, with_will=False)]

    def _refusal(self, code: ReasonCode, sentence: str) -> Send:
        if self.version is Version.V5:
            answer = ConnAck(code=code, properties=self._reason_string(sentence))
        else:
            answer = ConnAck(code=RETURN_CODES.get(code, ConnectReturnCode.NOT_AUTHORIZED))
        return Send(encode(answer, self.version))

    # -- answers to what the session asked for ------------------------------------------------------------------------

    @property
    def in_flight(self) -> tuple[int, int]:
        """Messages and payload bytes of this connection on their way to a commit."""
        if self._admitted is None:
            return 0, 0
        owed = self._admitted.up.owed
        return owed.in_flight, owed.size

    def settle(self, owed: Owed, code: ReasonCode = ReasonCode.SUCCESS) -> list[Action]:
        """A message's fate is known: the answers whose turn it is."""
        if self._admitted is None:
            return []
        answers = self._admitted.up.settle(owed, code)
        return answers if self.state is SessionState.CONNECTED else []

    def refuse(self, owed: Owed, reason: RefusalReason) -> list[Action]:
        """The pipeline does not take the message from this sender."""
        if self.state is SessionState.CONNECTED and reason is RefusalReason.REVOKED:
            sentence = "the credentials were withdrawn"
            return self.disconnect(CloseCause.REVOKED, ReasonCode.ADMINISTRATIVE_ACTION, sentence)
        if self.state is SessionState.CONNECTED and self.version is Version.V3_1_1:
            sentence = "a device that is not behind this gateway"
            return self.disconnect(CloseCause.FORBIDDEN, ReasonCode.NOT_AUTHORIZED, sentence, with_will=True)
        return self.settle(owed, ReasonCode.NOT_AUTHORIZED)

    def subscribed(self, ask: AskSubscriptions, children: AbstractSet[str]) -> list[Action]:
        """What could be granted is; the SUBACK."""
        if self.state is not SessionState.CONNECTED or self._admitted is None:
            return []
        for subscription in subscribing.granted(ask, children):
            self._admitted.down.subscriptions[subscription.topic_filter] = subscription
        codes = subscribing.answer_codes(ask, children, self.version)
        return [Send(encode(SubAck(packet_id=ask.packet_id, codes=codes), self.version)), LookForMessages()]

    def unsubscribed(self, drop: DropSubscriptions) -> list[Action]:
        """The UNSUBACK."""
        if self.state is not SessionState.CONNECTED or self._admitted is None:
            return []
        subscriptions = self._admitted.down.subscriptions
        gone = [subscriptions.pop(topic_filter, None) is not None for topic_filter in drop.topic_filters]
        codes = tuple(ReasonCode.SUCCESS if was else ReasonCode.NO_SUBSCRIPTION_EXISTED for was in gone)
        return [Send(encode(UnsubAck(packet_id=drop.packet_id, codes=codes), self.version))]

    def released(self, packet_id: int) -> list[Action]:
        """The database has forgotten the QoS 2 message: PUBCOMP."""
        if self.state is not SessionState.CONNECTED or self._admitted is None:
            return []
        return self._admitted.up.released(packet_id)

    @property
    def down(self) -> DownwardHalf | None:
        """The downward half, while messages can be sent."""
        if self.state is not SessionState.CONNECTED or self._admitted is None:
            return None
        return self._admitted.down

    def live(self, key: int) -> LiveSession | None:
        """What to ask the database for; None when nothing can be sent now."""
        return self.down.live(key) if self.down is not None else None

    def send_down(self, owed: OwedMessage) -> list[Action]:
        """Send a message the database has noted for this session."""
        return self.down.send(owed) if self.down is not None else []

    # -- the end ------------------------------------------------------------------------------------------------------

    def fail(self, error: PacketError) -> list[Action]:
        """The client broke the protocol: say why in its version, and close."""
        if self.state is SessionState.CONNECTED:
            is_second_connect = error.reason is ReasonCode.UNSUPPORTED_PROTOCOL_VERSION
            code = ReasonCode.PROTOCOL_ERROR if is_second_connect else error.reason
            note = [NoteForbidden()] if isinstance(error, ForbiddenTopicError) else []
            return [*note, *self._close(_cause(error), code, str(error), with_will=True)]
        if self.state is SessionState.CLOSED:
            return []
        self.state = SessionState.CLOSED
        close = Close(_cause(error), str(error), with_will=False)
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

    def _close(self, cause: CloseCause, code: ReasonCode, sentence: str, *, with_will: bool) -> list[Action]:
        if self.state is SessionState.CLOSED:
            return []
        says_why = self.state is SessionState.CONNECTED and self.version is Version.V5
        self.state = SessionState.CLOSED
        close = Close(cause, sentence, with_will)
        if not says_why:
            return [close]
        farewell = Disconnect(code=code, properties=self._reason_string(sentence))
        return [Send(encode(farewell, Version.V5)), close]

    def _reason_string(self, sentence: str) -> Properties:
        room = self._connect.properties.maximum_packet_size if self._connect is not None else None
        return NO_PROPERTIES if room is not None and room < _SENTENCE_ROOM else Properties(reason_string=sentence)


def _cause(error: PacketError) -> CloseCause:
    match error:
        case PacketTooLargeError():
            return CloseCause.TOO_LARGE
        case ForbiddenTopicError():
            return CloseCause.FORBIDDEN
        case _:
            return CloseCause.PROTOCOL
