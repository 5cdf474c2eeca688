"""The upward half of a session: messages of the client, from PUBLISH to PUBACK or PUBCOMP. Pure."""

from hub.ingest.front_door.acknowledgements import Answer, Owed, OwedAcknowledgements
from hub.ingest.front_door.actions import Action, Deliver, NoteForbidden, Release, Send
from hub.ingest.front_door.encoding import encode_acknowledgement
from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import Publish
from hub.ingest.front_door.properties import NO_PROPERTIES
from hub.ingest.front_door.reasons import ForbiddenTopicError, PacketTooLargeError, ProtocolError, ReasonCode
from hub.ingest.front_door.topics import UpTopic, parse_up_topic
from hub.storage.mqtt_records import Admission, StoredSession

_UP_TOPICS_MAX = 256  #: Topics of a connection whose meaning is remembered; a gateway's children times three fit.


class UpwardHalf:
    """What an admitted client has sent and is owed an answer for."""

    def __init__(self, limits: Limits, version: Version, admission: Admission, stored: StoredSession | None) -> None:
        self.owed = OwedAcknowledgements()
        self._limits = limits
        self._version = version
        self._admission = admission
        self._is_lasting = stored is not None
        #: QoS 2: committed, not released.
        self._received = set(stored.received_packet_ids) if stored is not None else set()
        self._aliases: dict[int, str] = {}
        self._up_topics: dict[str, UpTopic | None] = {}

    def publish(self, publish: Publish) -> list[Action]:
        """Take a message.

        Raises:
            PacketError: the connection ends with it.
        """
        topic, payload, qos, _retain, _dup, packet_id, properties = publish
        size = len(payload)
        if size > self._limits.payload_bytes_max:
            raise PacketTooLargeError(size, self._limits.payload_bytes_max)
        if properties is not NO_PROPERTIES:
            topic = self._resolve_topic(publish)
            publish = publish._replace(topic=topic)
        if packet_id is not None:
            if qos == 2 and packet_id in self._received:
                return [self._send(PacketType.PUBREC, packet_id, ReasonCode.SUCCESS)]
            if qos == 2 and self.owed.is_waiting_at_qos_2(packet_id):
                return []
            self._check_receive_maximum()
        try:
            up_topic = self._up_topics[topic]
        except KeyError:
            up_topic = self._learn_topic(topic)
        if up_topic is None:
            return self._forbid(qos, packet_id)
        return [Deliver(publish, up_topic, self.owed.owe(packet_id, qos, size))]

    def _check_receive_maximum(self) -> None:
        unacknowledged = self.owed.unacknowledged + len(self._received)
        if unacknowledged < self._limits.in_flight_max:
            return
        if self._version is Version.V5:
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
        if len(self._up_topics) >= _UP_TOPICS_MAX:
            self._up_topics.clear()
        up_topic = self._up_topics[topic] = parse_up_topic(topic, self._admission)
        return up_topic

    def _forbid(self, qos: int, packet_id: int | None) -> list[Action]:
        if self._version is Version.V3_1_1:
            raise ForbiddenTopicError
        note = NoteForbidden()
        if packet_id is None:
            return [note]
        owed = self.owed.owe(packet_id, qos, 0)
        return [note, *self.settle(owed, ReasonCode.NOT_AUTHORIZED)]

    def settle(self, owed: Owed, code: ReasonCode = ReasonCode.SUCCESS) -> list[Action]:
        """A message's fate is known: the answers whose turn it is."""
        return [self._answer(answer) for answer in self.owed.settle(owed, code)]

    def _answer(self, answer: Answer) -> Send:
        if answer.type is PacketType.PUBREC and answer.code < 0x80:
            self._received.add(answer.packet_id)
        return self._send(answer.type, answer.packet_id, answer.code)

    def release(self, packet_id: int) -> list[Action]:
        """PUBREL: a lasting session forgets in the database first, because the identifier may be used again."""
        if packet_id not in self._received:
            return [self._send(PacketType.PUBCOMP, packet_id, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND)]
        return [Release(packet_id)] if self._is_lasting else self.released(packet_id)

    def released(self, packet_id: int) -> list[Action]:
        """The QoS 2 message is forgotten: PUBCOMP."""
        self._received.discard(packet_id)
        return [self._send(PacketType.PUBCOMP, packet_id, ReasonCode.SUCCESS)]

    def _send(self, packet_type: PacketType, packet_id: int, code: int) -> Send:
        return Send(encode_acknowledgement(packet_type, packet_id, code, self._version))
