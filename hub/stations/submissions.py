"""What becomes of a text: what a channel answers when it is handed over, and what the gateway says of it afterwards."""

from dataclasses import dataclass
from enum import StrEnum


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
