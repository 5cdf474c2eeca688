"""What every way to send a text offers, and what it hands back."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from hub.stations.submissions import Accepted, Receipt, ReceiptState, Rejected, Submission, Unknown

__all__ = [
    "Accepted",
    "Channel",
    "Inbox",
    "Receipt",
    "ReceiptState",
    "Rejected",
    "Reply",
    "Submission",
    "Unknown",
]


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
