"""What the front door and the database tell each other; plain values, no psycopg.

The front door's ports (`hub.ingest.front_door.ports`) are written in these words, `mqtt_sessions`, `down_messages` and
`device_credentials` carry them out.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class DatabaseAwayError(Exception):
    """The database cannot be reached now; the same call may succeed later."""


class RefusedBecause(StrEnum):
    """Why a CONNECT is refused."""

    UNKNOWN_DEVICE = "unknown_device"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a reason, no secret
    REVOKED = "revoked"
    UNAVAILABLE = "unavailable"  #: The database is away and this device, with this secret, is not known by heart.


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """An authenticated user. `secret_sha256` is what a later check compares; the secret itself is not kept."""

    device_id: str
    is_gateway: bool = False
    secret_sha256: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A CONNECT that is not let in; `device_id` is set when the registry knows the device."""

    reason: RefusedBecause
    device_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DownFilter:
    """A granted `anxin/v1/{device}/down/...` filter in parts; None stands for any."""

    device_id: str | None
    leaf: str | None

    def matches(self, device_id: str, leaf: str) -> bool:
        """Whether a message for this device and leaf is meant."""
        return self.device_id in {None, device_id} and self.leaf in {None, leaf}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A granted subscription of a session."""

    topic_filter: str
    down_filter: DownFilter
    qos: int  #: As granted: 0 or 1.
    identifier: int | None = None  #: MQTT 5's subscription identifier.


@dataclass(frozen=True, slots=True, kw_only=True)
class DownMessage:
    """A message to a device, as it waits in the database."""

    id: UUID
    device_id: str
    leaf: str  #: "ack" or "command".
    payload: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedMessage:
    """A message that a live session is to be sent now, under this packet identifier."""

    session_key: int  #: The live session's number, as the front door counts them.
    message: DownMessage
    packet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSession:
    """A connected session with room for messages, as the database is asked for them.

    `packet_ids` are free identifiers, so many as there is room for; `in_flight` are messages sent and not settled.
    """

    key: int
    user_id: str
    session_id: UUID | None  #: None: the session ends with its connection.
    filters: tuple[DownFilter, ...]
    in_flight: tuple[UUID, ...]
    packet_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A message a session has acknowledged."""

    message_id: UUID
    session_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """A session that outlives its connection, as it is taken up again.

    `generation` counts the connections it has had: an ending that comes late must not touch the next one's.
    """

    id: UUID
    generation: int
    present: bool  #: It existed before this CONNECT.
    subscriptions: tuple[Subscription, ...] = ()
    received_packet_ids: frozenset[int] = frozenset()  #: QoS 2 messages committed and not released.
    unacknowledged: dict[int, DownMessage] = field(default_factory=dict)  #: Sent before, by packet identifier.
