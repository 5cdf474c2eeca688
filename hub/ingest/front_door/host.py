"""What a connection asks of the server around it (`server.FrontDoor`)."""

from typing import TYPE_CHECKING, Protocol

from hub.ingest.front_door.actions import AskSubscriptions, Close, DropSubscriptions
from hub.ingest.front_door.balances import Balance
from hub.ingest.front_door.counters import FrontDoorCounters
from hub.ingest.front_door.hold import Hold
from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.packets import Connect
from hub.ingest.front_door.rate import Source
from hub.ingest.source import MessageSink
from hub.storage.mqtt_records import DownMessage

if TYPE_CHECKING:
    from hub.ingest.front_door.connection import Connection


class Host(Protocol):
    """What a connection asks of the server."""

    limits: Limits
    sink: MessageSink
    counters: FrontDoorCounters
    hold: Hold
    in_flight: int
    in_flight_size: int

    def balance_of(self, user_id: str) -> Balance:
        """What the user has on its way, over all its connections."""
        ...

    def opened(self, connection: "Connection") -> bool:
        """A socket was opened; False when there are too many."""
        ...

    def read_soon(self, connection: "Connection") -> None:
        """Bytes came of a client that is not in yet; `read_opening` follows when those who are have been read."""
        ...

    def admitted(self) -> None:
        """A connection was let in; called once for each, before its CONNACK."""
        ...

    def ended(self, connection: "Connection", close: Close) -> None:
        """The connection takes nothing more; called once."""
        ...

    def lost(self, connection: "Connection") -> None:
        """The socket is gone; called once, after `ended`."""
        ...

    def authenticate(self, connection: "Connection", connect: Connect) -> None:
        """Ask the registry; `admit` or `refuse` follows."""
        ...

    def ask_subscriptions(self, connection: "Connection", ask: AskSubscriptions) -> None:
        """`complete` follows with the session's answer."""
        ...

    def drop_subscriptions(self, connection: "Connection", drop: DropSubscriptions) -> None:
        """`complete` follows with the session's answer."""
        ...

    def release(self, connection: "Connection", packet_id: int) -> None:
        """`complete` follows with the session's answer."""
        ...

    def settle(self, connection: "Connection", message: DownMessage) -> None:
        """The client has the message."""
        ...

    def look_for_messages(self, connection: "Connection") -> None:
        """The session can take `down/` messages."""
        ...

    def spend_on_refusal(self, sender_id: str) -> float:
        """Count a refusal towards the sender's own rate; seconds to wait before the next message is read."""
        ...

    def note_flood(self, source: Source) -> None:
        """The source is over its rate; what is over it is held."""
        ...

    def discard(self, source: Source) -> float:
        """A QoS 0 reading is thrown away; seconds to wait before the next message is read."""
        ...

    def watch_pause(self, connection: "Connection") -> None:
        """Call `reconsider` now and then until it returns True."""
        ...
