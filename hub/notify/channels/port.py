"""What every way to send a text offers, and what it hands back."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The gateway has it, under its own reference. `delivered`: nothing more will be heard, it has arrived."""

    provider_ref: str
    delivered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """It did not leave. `permanent`: this channel will not take this text however often it is tried."""

    reason: str
    permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It was handed over and no answer came: it may arrive or not."""

    reason: str


Submission = Accepted | Rejected | Unknown


class ReceiptState(StrEnum):
    """What a gateway says of a text afterwards."""

    DELIVERED = "delivered"  #: The telephone has it.
    FAILED = "failed"  #: Given up.
    PENDING = "pending"  #: Still trying; nothing follows from it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A gateway's word about a text it accepted, perhaps before it said so."""

    channel: str
    provider_ref: str
    state: ReceiptState
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A text from a telephone. `provider_ref` is the gateway's own identity of it, if it gives one."""

    channel: str
    origin: str
    text: str
    provider_ref: str | None = None


class Inbox(Protocol):
    """Where channels put what comes back. Each call returns when it is committed; raising means: not stored."""

    async def receive_receipt(self, receipt: Receipt) -> None:
        """Store a receipt."""

    async def receive_reply(self, reply: Reply) -> None:
        """Store what somebody answered."""

    async def receive_late_acceptance(self, attempt_id: UUID, provider_ref: str) -> None:
        """A submission that was given up as unknown has been accepted after all."""

    def readiness_changed(self) -> None:
        """A channel can take texts, or cannot any more."""


class Channel(Protocol):
    """One way to send a text. `name` is on record with every attempt; it holds no password."""

    @property
    def name(self) -> str:
        """Names the channel in rows, logs and API; the same after a restart."""

    @property
    def ready(self) -> bool:
        """Whether a text given now would leave at once; nothing is claimed for a channel that is not."""

    async def run(self, inbox: Inbox) -> None:
        """Keep the connection alive until cancelled; what comes back goes to the inbox."""

    async def submit(self, text: str, destination: str, attempt_id: UUID) -> Submission:
        """Hand one text over. Never raises, and ends within the channel's own time-out."""
