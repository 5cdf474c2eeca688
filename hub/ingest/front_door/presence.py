"""Who is connected: one connection for each session name, any number for each user."""

from collections.abc import Iterator
from uuid import UUID

from hub.ingest.front_door.connection import Connection
from hub.storage.mqtt_records import LiveSession

#: A session's name: user and client identifier. Another user's session cannot be taken over by guessing its name.
SessionName = tuple[str, str]


class Presence:
    """The admitted connections, found by session name, serial number or user."""

    def __init__(self) -> None:
        self._by_name: dict[SessionName, Connection] = {}
        self._by_serial: dict[int, Connection] = {}
        self._by_user: dict[str, set[Connection]] = {}
        self._gateways = 0

    def __len__(self) -> int:
        return len(self._by_serial)

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._by_serial.values()))

    def holder(self, name: SessionName) -> Connection | None:
        """The connection that has this session now."""
        return self._by_name.get(name)

    def by_serial(self, serial: int) -> Connection | None:
        """The admitted connection of this number."""
        return self._by_serial.get(serial)

    def of_user(self, user_id: str) -> list[Connection]:
        """The connections of a user."""
        return list(self._by_user.get(user_id, ()))

    def join(self, name: SessionName, connection: Connection, *, is_gateway: bool) -> None:
        """A connection was let in; it has the session from now on."""
        self._by_name[name] = self._by_serial[connection.serial] = connection
        self._by_user.setdefault(name[0], set()).add(connection)
        self._gateways += is_gateway

    def leave(self, name: SessionName, connection: Connection, *, is_gateway: bool) -> bool:
        """A connection has ended; whether it still had its session (nobody took it over)."""
        del self._by_serial[connection.serial]
        self._gateways -= is_gateway
        mates = self._by_user[name[0]]
        mates.discard(connection)
        if not mates:
            del self._by_user[name[0]]
        if self._by_name.get(name) is not connection:
            return False
        del self._by_name[name]
        return True

    def may_take(self, device_id: str) -> bool:
        """Whether a message for this device can have a taker here: itself, or any gateway."""
        return device_id in self._by_user or self._gateways > 0

    def stored_ids(self) -> list[UUID]:
        """The lasting sessions that are connected."""
        sessions = (connection.session.stored for connection in self._by_serial.values())
        return [stored.id for stored in sessions if stored is not None]

    def live_sessions(self, user_ids: frozenset[str] | None) -> list[LiveSession]:
        """Sessions of these users (None: of all) that can take messages now."""
        connections = list(self) if user_ids is None else [c for user_id in user_ids for c in self.of_user(user_id)]
        live = (connection.session.live(connection.serial) for connection in connections if connection.is_writable)
        return [session for session in live if session is not None]
