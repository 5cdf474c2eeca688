"""What a session wants done; the connection does it (`connection.py`), in this order."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from hub.ingest.front_door.acknowledgements import Owed
from hub.ingest.front_door.packets import Connect, Publish
from hub.ingest.front_door.topics import UpTopic
from hub.storage.mqtt_records import DownMessage, Subscription


class CloseCause(StrEnum):
    """Why a connection ended; the word counters and logs use."""

    CLIENT_LEFT = "client_left"  #: DISCONNECT, by the client's own wish.
    CONNECTION_LOST = "connection_lost"  #: The socket ended without one.
    REFUSED = "refused"  #: The CONNECT was not let in.
    PROTOCOL = "protocol"  #: Bytes or packets that MQTT does not allow.
    TOO_LARGE = "too_large"
    FORBIDDEN = "forbidden"  #: A topic of somebody else (MQTT 3.1.1, which has no gentler way).
    REVOKED = "revoked"
    TAKEN_OVER = "taken_over"
    KEEP_ALIVE = "keep_alive"
    NO_CONNECT = "no_connect"  #: No CONNECT in time, or crowded out before one came.
    SLOW_READER = "slow_reader"
    TAKE_UP = "take_up"  #: Let in without its lasting session; the database is back, and it can have it.
    MEMORY = "memory"  #: More unacknowledged messages than may be kept while the database is away.
    SHUTDOWN = "shutdown"
    OWNERSHIP_LOST = "ownership_lost"


class Send(NamedTuple):
    """Write these bytes."""

    octets: bytes


class Deliver(NamedTuple):
    """Give the message to the sink; `owed` is settled with the outcome."""

    publish: Publish
    up_topic: UpTopic
    owed: Owed


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Ask the registry, then call `admit` or `refuse_connect`."""

    connect: Connect


@dataclass(frozen=True, slots=True)
class RequestVerdict:
    """What is known at once about one requested subscription: the answer's code, and whether a look-up is needed."""

    code: int
    subscription: Subscription | None
    child_id: str | None = None  #: Granted only if this device is registered behind the gateway.


@dataclass(frozen=True, slots=True)
class AskSubscriptions:
    """Look up children, store what a lasting session must remember, then call `subscribed`."""

    packet_id: int
    verdicts: tuple[RequestVerdict, ...]


@dataclass(frozen=True, slots=True)
class DropSubscriptions:
    """Make the database forget these, then call `unsubscribed`."""

    packet_id: int
    topic_filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """Make the database forget the QoS 2 packet identifier, then call `released`."""

    packet_id: int


@dataclass(frozen=True, slots=True)
class Settle:
    """Record that the client has this `down/` message."""

    message: DownMessage


@dataclass(frozen=True, slots=True)
class LookForMessages:
    """There is room, or a new subscription: see what waits for this session."""


@dataclass(frozen=True, slots=True)
class NoteForbidden:
    """A message on a topic of somebody else was not taken."""


@dataclass(frozen=True, slots=True)
class Close:
    """End the connection after what was sent before."""

    cause: CloseCause
    sentence: str
    with_will: bool = True


Action = (
    Send
    | Deliver
    | Authenticate
    | AskSubscriptions
    | DropSubscriptions
    | Release
    | Settle
    | LookForMessages
    | NoteForbidden
    | Close
)
