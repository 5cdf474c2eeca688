"""Messages that could not go with the others of their lane, though the others could: each device's wait on their own.

The device's later messages of the same lane wait behind them, so that its order is kept; its other lane, and everybody
else, go on. Nothing here is acknowledged before it is stored, or set aside with its reason.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from hub.clock import monotonic_s
from hub.ingest.lanes import Lane
from hub.ingest.source import InboundMessage
from hub.storage.faults import Fault, fault_of, name_of
from hub.storage.ownership import Epoch

_log = structlog.get_logger(__name__)

#: Returns what went wrong; None when the message is stored, or set aside, and acknowledged.
Attempt = Callable[[Epoch, InboundMessage], Awaitable[Exception | None]]
PartWith = Callable[[Epoch, InboundMessage, Exception], Awaitable[Exception | None]]

_PAUSE_FIRST_S = 1.0
_PAUSE_MAX_S = 60.0
#: The device is in the other lane's transaction now; that takes milliseconds.
_IN_FLIGHT_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspicionLimits:
    """When a message that only time-outs and collisions keep from being stored is set aside."""

    tries_min: int
    within_s: float
    others_must_pass: bool  #: Only when the lane has stored something meanwhile, which says that it is this message.


#: A cry is shown at the desk in another way rather than later: its first retransmission, at ten to twenty seconds, then
#: finds it there. Five tries span 15 s of pauses, longer than a lock is held by anything but an administrator.
EVENT_SUSPICION = SuspicionLimits(tries_min=5, within_s=15.0, others_must_pass=False)
#: Nobody's life waits for a reading, and in quarantine nobody judges it: a table that is being rebuilt is waited for.
TELEMETRY_SUSPICION = SuspicionLimits(tries_min=10, within_s=600.0, others_must_pass=True)


@dataclass(slots=True)
class _Suspect:
    """One device, and its messages in order."""

    messages: deque[InboundMessage]
    error: Exception
    since_s: float
    stored_before: int
    tries: int = 1
    next_try_s: float = 0.0

    def put_off(self, error: Exception) -> None:
        """It has failed again: twice as long until the next try."""
        self.error = error
        self.tries += 1
        self.next_try_s = monotonic_s() + min(_PAUSE_FIRST_S * 2 ** (self.tries - 2), _PAUSE_MAX_S)


class Suspects:
    """Those of one lane. `run` must be running for them to be tried again."""

    def __init__(
        self, lane: Lane, limits: SuspicionLimits, attempt: Attempt, part_with: PartWith, stored: Callable[[], int]
    ) -> None:
        self._lane = lane
        self._limits = limits
        self._attempt = attempt
        self._part_with = part_with
        self._stored = stored
        self._suspects: dict[str, _Suspect] = {}
        self._stirred = asyncio.Event()

    def __len__(self) -> int:
        return sum(len(suspect.messages) for suspect in self._suspects.values())

    def take(self, messages: Sequence[InboundMessage], error: Exception) -> None:
        """Messages of one device, in order, the first of which has failed by this error."""
        device_id = messages[0].device_id
        _log.warning("message_set_apart", lane=self._lane.name, device_id=device_id, error=name_of(error))
        self._suspects[device_id] = _Suspect(deque(messages), error, monotonic_s(), self._stored())
        self._lane.set_apart(device_id)
        self._stirred.set()

    async def run(self, epoch: Epoch) -> None:
        """Try them again, each after its pause, until cancelled."""
        while True:
            self._stirred.clear()
            now_s = monotonic_s()
            for device_id, suspect in list(self._suspects.items()):
                if suspect.next_try_s <= now_s:
                    await self._try(epoch, device_id, suspect)
            await self._pause()

    async def _pause(self) -> None:
        due_s = [suspect.next_try_s for suspect in self._suspects.values()]
        try:
            async with asyncio.timeout(max(min(due_s) - monotonic_s(), 0.0) if due_s else None):
                await self._stirred.wait()
        except TimeoutError:
            return

    async def _try(self, epoch: Epoch, device_id: str, suspect: _Suspect) -> None:
        """The device's messages in order, until one fails."""
        if self._lane.in_flight.is_busy(device_id):
            suspect.next_try_s = monotonic_s() + _IN_FLIGHT_PAUSE_S
            return
        self._lane.in_flight.hold({device_id})
        try:
            while suspect.messages:
                error = await self._try_one(epoch, suspect)
                if error is not None:
                    suspect.put_off(error)
                    return
                suspect.messages.popleft()
                suspect.tries, suspect.since_s, suspect.stored_before = 0, monotonic_s(), self._stored()
        finally:
            self._lane.in_flight.release({device_id})
        del self._suspects[device_id]
        self._lane.rejoin(device_id)
        _log.info("message_set_apart_settled", lane=self._lane.name, device_id=device_id)

    async def _try_one(self, epoch: Epoch, suspect: _Suspect) -> Exception | None:
        message = suspect.messages[0]
        error = await self._attempt(epoch, message)
        if error is None or not (fault_of(error) is not Fault.BUSY or self._has_waited(suspect)):
            return error
        return await self._part_with(epoch, message, error)

    def _has_waited(self, suspect: _Suspect) -> bool:
        limits = self._limits
        return (
            suspect.tries + 1 >= limits.tries_min
            and monotonic_s() - suspect.since_s >= limits.within_s
            and (not limits.others_must_pass or self._stored() > suspect.stored_before)
        )
