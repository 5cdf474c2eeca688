"""Lanes: device events have their own queue and small transactions, so that bulk telemetry cannot delay an SOS.

One transaction in flight per subject over both lanes: an event overtakes what is queued, never what is in flight.
Within a lane senders and devices take turns (`fair_queue.py`): who sends a thousand waits behind the others' first.
"""

import asyncio
from dataclasses import dataclass, field

from hub.ingest.breath import RightOfWay
from hub.ingest.fair_queue import FairQueue
from hub.ingest.source import InboundMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLimits:
    """How much a lane takes into one transaction, and holds in all."""

    batch_max: int
    batch_max_bytes: int
    queue_max: int
    queue_max_bytes: int
    sender_max: int | None = None  #: Of one sender in a transaction; None: as many as fit.
    precedes: bool = False  #: Whether the other lanes take less while a message of this one waits.
    batch_max_behind: int | None = None  #: Into a transaction that begins meanwhile; None: as many as ever.


#: A press commits at once; a few that came together share one fsync, and none waits for many others - nor for the fifth
#: of a device or broker that floods: the transaction before it is as short as can be.
EVENT_LIMITS = LaneLimits(
    batch_max=16,
    batch_max_bytes=512 * 1024,
    queue_max=20_000,
    queue_max_bytes=32 * 1024 * 1024,
    sender_max=4,
    precedes=True,
)
#: A window of 500 gave 32k messages/s with 15 ms from publish to acknowledgement (DESIGN.md section 7). In bytes too: a
#: message in its transaction is there several times, as it came, decoded, as its row, and in the driver's buffers.
#: Beside a press a hundred: what is done with all of them in one turn of the event loop stays at a few milliseconds.
TELEMETRY_LIMITS = LaneLimits(
    batch_max=500,
    batch_max_bytes=1024 * 1024,
    queue_max=20_000,
    queue_max_bytes=64 * 1024 * 1024,
    batch_max_behind=100,
)


class InFlight:
    """The devices whose messages are in a transaction now, over all lanes."""

    def __init__(self, right_of_way: RightOfWay) -> None:
        self.right_of_way = right_of_way
        self._devices: set[str] = set()
        self._waiting: list[asyncio.Event] = []

    def is_busy(self, device_id: str) -> bool:
        """Whether a message of this device is in a transaction."""
        return device_id in self._devices

    def hold(self, device_ids: set[str]) -> None:
        """They are in flight until `release`."""
        self._devices |= device_ids

    def release(self, device_ids: set[str]) -> None:
        """Their transaction has ended."""
        self._devices -= device_ids
        for stirred in self._waiting:
            stirred.set()

    def tell(self, stirred: asyncio.Event) -> None:
        """Set this event whenever a transaction ends."""
        self._waiting.append(stirred)


@dataclass(slots=True)
class Lane:
    """A bounded queue from which batches of messages are taken, in order for each device."""

    name: str
    limits: LaneLimits
    in_flight: InFlight
    _queue: FairQueue = field(default_factory=FairQueue)
    _queued_bytes: int = 0
    _apart: set[str] = field(default_factory=set)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.in_flight.tell(self._stirred)

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def full(self) -> bool:
        """True when sources should stop reading."""
        return len(self._queue) >= self.limits.queue_max or self._queued_bytes >= self.limits.queue_max_bytes

    def put(self, message: InboundMessage) -> None:
        """Queue one message; never refuses, `full` is the sources' to respect."""
        self._queue.put(message)
        self._queued_bytes += len(message.payload)
        if self.limits.precedes:
            self.in_flight.right_of_way.waiting += 1
        self._stirred.set()

    def set_apart(self, device_id: str) -> None:
        """This device's messages stay in the lane until `rejoin`: one of them is seen to elsewhere."""
        self._apart.add(device_id)

    def rejoin(self, device_id: str) -> None:
        """Its messages take turns again."""
        self._apart.discard(device_id)
        self._stirred.set()

    async def take(self) -> list[InboundMessage]:
        """The next batch, at least one message; devices in flight elsewhere are left for later."""
        while True:
            self._stirred.clear()  # before looking: what happens after the look is not missed
            batch = self._pick()
            if batch:
                self.in_flight.hold({message.device_id for message in batch})
                return batch
            await self._stirred.wait()

    def done(self, batch: list[InboundMessage]) -> None:
        """The batch's transaction has ended, well or not."""
        if self.limits.precedes:
            self.in_flight.right_of_way.waiting -= len(batch)
        self.in_flight.release({message.device_id for message in batch})

    def _pick(self) -> list[InboundMessage]:
        limits = self.limits
        most = (limits.batch_max_behind if self.in_flight.right_of_way.waiting else None) or limits.batch_max
        batch = self._queue.take(most, limits.sender_max or most, self._stays, bytes_most=limits.batch_max_bytes)
        self._queued_bytes -= sum(len(message.payload) for message in batch)
        return batch

    def _stays(self, device_id: str) -> bool:
        return device_id in self._apart or self.in_flight.is_busy(device_id)
