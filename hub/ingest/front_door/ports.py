"""What the front door needs from outside, besides the sink of `hub.ingest.source`. `hub.app` wires the real ones.

The database's side raises `DatabaseAwayError` when it cannot answer now; the front door waits or tries again.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Protocol
from uuid import UUID

from hub.storage.mqtt_records import (
    Admission,
    LiveSession,
    OwedMessage,
    Refusal,
    RefusedBecause,
    Settlement,
    StoredSession,
    Subscription,
)


class Credentials(Protocol):
    """The registry's word on who may come in."""

    async def authenticate(self, username: str, password: bytes) -> Admission | Refusal:
        """Whether this is a device of the hub. Never raises `DatabaseAwayError`: it has a memory for that case."""
        ...

    async def withdrawn(self, admissions: Sequence[Admission]) -> list[Admission]:
        """Those that would not be let in again: revoked, deleted, or with another secret or kind."""
        ...

    async def children(self, gateway_id: str) -> frozenset[str]:
        """The devices registered behind this gateway."""
        ...


class MqttSessions(Protocol):
    """Sessions that outlive their connections."""

    async def open(self, user_id: str, client_id: str, *, clean_start: bool, expiry_s: int) -> StoredSession | None:
        """Resume or make the session of this CONNECT; None when it is to end with its connection."""
        ...

    async def close(self, session: StoredSession, expiry_s: int) -> None:
        """The connection is over: the session's time begins to run, or it ends at once (0)."""
        ...

    async def subscribe(self, session_id: UUID, subscriptions: Sequence[Subscription]) -> None:
        """Add or replace subscriptions."""
        ...

    async def unsubscribe(self, session_id: UUID, topic_filters: Sequence[str]) -> None:
        """Remove subscriptions."""
        ...

    async def release(self, packet_ids: Sequence[tuple[UUID, int]]) -> None:
        """Forget QoS 2 packet identifiers, after which the client may use them again."""
        ...

    def names(self) -> AsyncIterator[Sequence[tuple[str, str]]]:
        """User and client identifier of every lasting session, in pages."""
        ...

    async def tidy(self, live: Collection[UUID]) -> None:
        """Make the record of who is connected true, and delete what has expired."""
        ...


class Downlinks(Protocol):
    """Messages to devices."""

    async def users_of(self, device_ids: Collection[str]) -> frozenset[str]:
        """The users a message for these devices goes to: the devices, and the gateways they are behind."""
        ...

    async def take(self, sessions: Sequence[LiveSession]) -> list[OwedMessage]:
        """What is to be sent to these sessions now, oldest first, noted under the packet identifiers they offered."""
        ...

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Record messages as delivered."""
        ...


class Watcher(Protocol):
    """Who is told what is worth a maintenance item. Called on the event loop; returns at once."""

    def on_refused_connect(self, device_id: str, reason: RefusedBecause) -> None:
        """A device of the registry was not let in."""
        ...

    def on_flood(self, device_id: str, *, discards: bool) -> None:
        """A device sends faster than its rate; once an episode, and once more if QoS 0 readings are thrown away."""
        ...

    def on_reconnect_loop(self, device_id: str) -> None:
        """A device connects and disconnects without end; once an episode."""
        ...

    def on_contested(self, device_id: str) -> None:
        """Two clients take one session of this device from each other without end; once an episode."""
        ...

    def on_connected(self, device_id: str) -> None:
        """A device (or gateway) has a connection more."""
        ...

    def on_disconnected(self, device_id: str) -> None:
        """A device (or gateway) has a connection less."""
        ...
