"""The `down/` messages a connection has been sent and has not acknowledged, within the peer's receive maximum."""

from uuid import UUID

from hub.storage.mqtt_records import DownMessage

_PACKET_ID_MAX = 65_535


class OutgoingWindow:
    """Packet identifiers in use towards one client."""

    def __init__(self, room_max: int) -> None:
        self._room_max = room_max
        self._unacknowledged: dict[int, DownMessage] = {}
        self._unsettled: set[UUID] = set()  #: Acknowledged, but the database does not know yet.
        self._last_id = 0

    @property
    def is_full(self) -> bool:
        """Whether the client must acknowledge something before it is sent more."""
        return len(self._unacknowledged) >= self._room_max

    def restore(self, unacknowledged: dict[int, DownMessage]) -> None:
        """Take up what an earlier connection of the session left unacknowledged."""
        self._unacknowledged.update(unacknowledged)

    def free_ids(self) -> tuple[int, ...]:
        """Identifiers that may be used now, so many as the client has room for."""
        room = self._room_max - len(self._unacknowledged)
        found: list[int] = []
        candidate = self._last_id
        while len(found) < room:
            candidate = candidate % _PACKET_ID_MAX + 1
            if candidate not in self._unacknowledged:
                found.append(candidate)
        return tuple(found)

    def in_flight(self) -> tuple[UUID, ...]:
        """The messages that are not to be sent again on this connection."""
        return (*(message.id for message in self._unacknowledged.values()), *self._unsettled)

    def take(self, packet_id: int, message: DownMessage) -> bool:
        """Note a message as sent; False when it must not be: no room, or sent already."""
        if self.is_full or packet_id in self._unacknowledged:
            return False
        if message.id in self._unsettled or any(sent.id == message.id for sent in self._unacknowledged.values()):
            return False
        self._unacknowledged[packet_id] = message
        self._last_id = packet_id
        return True

    def acknowledge(self, packet_id: int) -> DownMessage | None:
        """The client has the message; None when it was not sent under this identifier."""
        message = self._unacknowledged.pop(packet_id, None)
        if message is not None:
            self._unsettled.add(message.id)
        return message

    def settle(self, message_id: UUID) -> None:
        """The database knows that the message was acknowledged."""
        self._unsettled.discard(message_id)
