"""The port every way in speaks: messages go to a sink, and come back acknowledged only after their commit.

The front door (`front_door/`) and the subscriber for existing brokers (`subscriber/`) build `InboundMessage`s; the
pipeline is the `MessageSink`. Other sources (a partitioned log, a queue keyed by household) plug in here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from device_adapters import Decoded, UnreadableError


class Leaf(StrEnum):
    """What a device says, by the last level of its topic."""

    TELEMETRY = "telemetry"  #: Readings; the bulk lane.
    EVENT = "event"  #: A device event; the event lane, which nothing bulky may delay.
    STATUS = "status"  #: Online, offline (will), firmware.
    UNKNOWN = "unknown"  #: Below the device's own `up/`, but no topic of the protocol: quarantined.


class RefusalReason(StrEnum):
    """Why a message is not taken in; the source translates it into its protocol."""

    NOT_AUTHORIZED = "not_authorized"  #: The sender may not speak for this device (MQTT 5: 0x87).
    REVOKED = "revoked"  #: The sender's credentials were withdrawn: its connection ends.


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A broker that the hub itself subscribes to: it is trusted to name devices by the keys their vendor gave them."""

    source: str  #: Its name in the configuration.
    division_id: str  #: Where the messages of devices nobody knows are shown.
    division_prefix: str = ""  #: It may speak for devices of these divisions only; empty: for all.


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One message as it was sent, with the handle that acknowledges it.

    A message of a broker that speaks for several devices, or of events and readings at once, comes as several of
    these, each with its part already decoded; the broker is answered when the last of them is.

    `acknowledge` is called once, on the event loop, after the transaction that holds all consequences has committed;
    `refuse` instead of it when the sender may not say this. Neither is called while the outcome is unknown.
    """

    sender_id: str  #: The authenticated user: a device, or the gateway that speaks for it; else the origin's name.
    device_id: str  #: The device of the topic; from an origin, the key by which the vendor names it ("": unreadable).
    leaf: Leaf
    topic: str
    payload: bytes
    received_at: datetime  #: When the last byte of the packet was read; UTC.
    qos: int
    dup: bool  #: The sender says that it has sent this packet before.
    packet_id: int | None
    session_id: UUID | None  #: The MQTT session, for QoS 2's memory of received packet ids; None elsewhere.
    acknowledge: Callable[[], None]
    refuse: Callable[[RefusalReason], None]
    origin: Origin | None = None  #: None: the sender itself speaks, at the front door.
    decoded: Decoded | UnreadableError | None = None  #: What the origin's adapter read; None: the hub's own protocol.
    part: bytes = b""  #: What tells this part from others of the same payload, for its identity; empty: it is whole.


class MessageSink(Protocol):
    """Where a source puts its messages."""

    @property
    def congested(self) -> bool:
        """True while the sink holds as much as it may: sources stop reading, and nothing is dropped."""
        ...

    @property
    def storing(self) -> bool:
        """False while commits fail (the database is away): sources keep their connections alive and wait."""
        ...

    def accept(self, message: InboundMessage) -> None:
        """Take one message; returns at once."""
        ...
