"""The downward half of a session: subscriptions, and the `down/` messages on their way to the client. Pure."""

from uuid import UUID

from hub.ingest.front_door.actions import Action, LookForMessages, Send, Settle
from hub.ingest.front_door.encoding import encode
from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.opening import outgoing_room
from hub.ingest.front_door.outgoing import OutgoingWindow
from hub.ingest.front_door.packets import Connect, Publish
from hub.ingest.front_door.properties import NO_PROPERTIES, Properties
from hub.ingest.front_door.topics import down_topic
from hub.storage.mqtt_records import DownMessage, LiveSession, OwedMessage, StoredSession, Subscription


class DownwardHalf:
    """What an admitted client wants to hear, and has been told."""

    def __init__(self, limits: Limits, connect: Connect, user_id: str, stored: StoredSession | None) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self._version = connect.version
        self._packet_size_max = connect.properties.maximum_packet_size
        self._user_id = user_id
        self._stored = stored
        self._window = OutgoingWindow(outgoing_room(connect, limits))
        if stored is not None:
            self.subscriptions.update({stands.topic_filter: stands for stands in stored.subscriptions})
            self._window.restore(stored.unacknowledged)

    def repeat(self) -> list[Action]:
        """Again what an earlier connection of the session left unacknowledged, under the same identifiers."""
        unacknowledged = self._stored.unacknowledged if self._stored is not None else {}
        return [
            Send(self._encode(message, packet_id, qos=1, dup=True)) for packet_id, message in unacknowledged.items()
        ]

    def live(self, key: int) -> LiveSession | None:
        """What to ask the database for; None when nothing can be sent now."""
        if not self.subscriptions or self._window.is_full:
            return None
        return LiveSession(
            key=key,
            user_id=self._user_id,
            session_id=self._stored.id if self._stored is not None else None,
            filters=tuple(stands.down_filter for stands in self.subscriptions.values()),
            in_flight=self._window.in_flight(),
            packet_ids=self._window.free_ids(),
        )

    def send(self, owed: OwedMessage) -> list[Action]:
        """Send a message the database has noted for this session; nothing if it is not wanted any more."""
        matching = self._matching(owed.message)
        if not matching:
            return []
        qos = max(stands.qos for stands in matching)
        octets = self._encode(owed.message, owed.packet_id, qos=qos)
        if self._packet_size_max is not None and len(octets) > self._packet_size_max:
            return [Settle(owed.message)]  # section 3.1.2.11.4: discarded, as if it had been delivered
        if qos == 0:
            return [Send(octets), Settle(owed.message)]
        return [Send(octets)] if self._window.take(owed.packet_id, owed.message) else []

    def acknowledged(self, packet_id: int) -> list[Action]:
        """PUBACK: record it; a client that had no room before has some now."""
        more_may_wait = self._window.is_full
        message = self._window.acknowledge(packet_id)
        if message is None:
            return []
        return [Settle(message), LookForMessages()] if more_may_wait else [Settle(message)]

    def forget_settled(self, message_id: UUID) -> None:
        """The database knows that the message was acknowledged."""
        self._window.settle(message_id)

    def _matching(self, message: DownMessage) -> list[Subscription]:
        return [
            stands
            for stands in self.subscriptions.values()
            if stands.down_filter.matches(message.device_id, message.leaf)
        ]

    def _encode(self, message: DownMessage, packet_id: int, *, qos: int, dup: bool = False) -> bytes:
        matching = self._matching(message)
        identifiers = tuple(stands.identifier for stands in matching if stands.identifier is not None)
        publish = Publish(
            topic=down_topic(message.device_id, message.leaf),
            payload=message.payload,
            qos=qos,
            dup=dup,
            packet_id=packet_id if qos else None,
            properties=Properties(subscription_identifiers=identifiers) if identifiers else NO_PROPERTIES,
        )
        return encode(publish, self._version)
