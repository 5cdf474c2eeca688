"""Seeing a lane's batches through: insist on what the database cannot take now, and find out what it can never take.

Errors say whose fault it is (`hub.storage.faults`):
- the server's, for everybody: the batch waits, nothing is acknowledged, the connection is made anew;
- another transaction's, or the moment's: twice at once, then the batch is sorted. Who waits for the same lock a third
  time is in the way of others and is set apart (`suspects.py`);
- the message's, or a mistake of ours: the batch is sorted, and what fails alone is set aside with its reason, shown at
  the desk if it was an event, and acknowledged.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from device_adapters import UnreadableError
from hub.ingest.admission import Admitted, Refused
from hub.ingest.breath import Breath
from hub.ingest.committing import Committer, Intake
from hub.ingest.lanes import Lane
from hub.ingest.monitoring import Sitting
from hub.ingest.outage_log import OutageLog
from hub.ingest.sorting import Sorting
from hub.ingest.source import InboundMessage
from hub.ingest.suspects import Suspects, SuspicionLimits
from hub.storage.addresses import BRISK, Patience
from hub.storage.database import Connection
from hub.storage.faults import Fault, fault_of, name_of
from hub.storage.ownership import Epoch, NotOwnerError

_log = structlog.get_logger(__name__)

#: Between two tries while the database is away; the senders wait, nothing is acknowledged.
_RETRY_S = 0.2
_RETRY_MAX_S = 2.0
#: A deadlock's or a lock's other party has gone by the second try, or it will not go soon.
_BUSY_TRIES = 2
_BUSY_PAUSE_S = 0.02

SetAside = Callable[[Connection, Admitted, UnreadableError, Sitting], Awaitable[None]]


@dataclass(slots=True)
class PipelineCounters:
    """What happened since the start; for metrics."""

    stored: int = 0
    refused: int = 0
    retried: int = 0
    set_aside: int = 0
    batches: int = 0


@dataclass(slots=True)
class StoringState:
    """Whether the last thing that was to be stored was."""

    storing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneDuty:
    """What is done with a lane's messages, and when one of them is given up."""

    take_in: Intake
    set_aside: SetAside
    suspicion: SuspicionLimits
    patience: Patience
    rounds_together: int  #: How often a batch of which nobody passes is tried as a whole before all are set apart.


#: Finding out who fails: the locks of a database that is well are had in milliseconds.
_SORTING = Patience(lock_s=0.3, statement_s=2.0, answer_s=BRISK.answer_s)
#: A suspect has its person's state in hand while it tries, and the person may press meanwhile.
_APART = Patience(lock_s=0.3, statement_s=3.0, answer_s=BRISK.answer_s)


class LaneWork:
    """One lane at work; `connect` makes a committer of this lane with a connection of its own."""

    def __init__(
        self,
        lane: Lane,
        duty: LaneDuty,
        connect: Callable[[str, Patience], Committer],
        counters: PipelineCounters,
        state: StoringState,
    ) -> None:
        self.lane = lane
        self._duty = duty
        self._whole = connect(lane.name, duty.patience)
        self._sorter = connect(f"{lane.name} sorting", _SORTING)
        self._apart = connect(f"{lane.name} apart", _APART)
        self._counters = counters
        self._state = state
        self._stored_here = 0
        self._explained: set[str] = set()
        self._outage = OutageLog("database_away")
        self.suspects = Suspects(lane, duty.suspicion, self._try_suspect, self._part_with, lambda: self._stored_here)

    @property
    def full(self) -> bool:
        """True when sources should stop reading; what was set apart takes up room, too."""
        return self.lane.full or len(self.lane) + len(self.suspects) >= self.lane.limits.queue_max

    async def run(self, epoch: Epoch) -> None:
        """See batch after batch through, until cancelled.

        Raises:
            NotOwnerError: another has taken over.
        """
        try:
            while True:
                batch = await self.lane.take()
                try:
                    await self._settle(epoch, batch)
                finally:
                    self.lane.done(batch)
        finally:
            await self._whole.close()
            await self._sorter.close()

    async def attend_suspects(self, epoch: Epoch) -> None:
        """Try again what was set apart, until cancelled."""
        try:
            await self.suspects.run(epoch)
        finally:
            await self._apart.close()

    async def _settle(self, epoch: Epoch, batch: Sequence[InboundMessage]) -> None:
        """See a batch through: each message stored, set aside, or set apart."""
        delay_s, rounds = _RETRY_S, 0
        while (error := await self._insist(epoch, batch, self._duty.take_in, self._whole)) is not None:
            sorting = Sorting(lambda part: self._insist(epoch, part, self._duty.take_in, self._sorter))
            await sorting.sort(batch, error)
            await self._sorter.close()
            _log.warning("batch_sorted", lane=self.lane.name, size=len(batch), failed=len(sorting.failed))
            if sorting.nobody_passes():
                self._state.storing = False  # one alone that waits apart blinds nobody
            if not sorting.nobody_passes() or rounds >= self._duty.rounds_together:
                for messages, failure in sorting.failed:
                    await self._settle_device(epoch, messages, failure)
                return
            rounds += 1
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, _RETRY_MAX_S)

    async def _settle_device(self, epoch: Epoch, messages: Sequence[InboundMessage], error: Exception) -> None:
        """One device's messages, in order, which together have failed by this error."""
        failure: Exception | None = error if len(messages) == 1 else None
        for number, message in enumerate(messages):
            failure = failure or await self._insist(epoch, [message], self._duty.take_in, self._whole)
            if failure is not None and fault_of(failure) is not Fault.BUSY:
                failure = await self._part_with(epoch, message, failure)
            if failure is not None:
                self.suspects.take(messages[number:], failure)
                return

    async def _try_suspect(self, epoch: Epoch, message: InboundMessage) -> Exception | None:
        return await self._insist(epoch, [message], self._duty.take_in, self._apart, busy_tries=1)

    async def _part_with(self, epoch: Epoch, message: InboundMessage, error: Exception) -> Exception | None:
        """Set one message aside with its reason, and acknowledge it; returns what keeps us from even that."""
        self._tell_of(message, error)
        failure = await self._insist(epoch, [message], _setting_aside(self._duty.set_aside, error), self._apart)
        if failure is None:
            self._counters.set_aside += 1
        return failure

    def _tell_of(self, message: InboundMessage, error: Exception) -> None:
        """A mistake of ours is logged with everything, once: a device that repeats it must not cost us the log."""
        unseen = fault_of(error) is Fault.OURS and name_of(error) not in self._explained
        self._explained.add(name_of(error))
        _log.error(
            "message_set_aside",
            lane=self.lane.name,
            device_id=message.device_id,
            error=name_of(error),
            exc_info=error if unseen else None,
        )

    async def _insist(
        self,
        epoch: Epoch,
        batch: Sequence[InboundMessage],
        take_in: Intake,
        committer: Committer,
        *,
        busy_tries: int = _BUSY_TRIES,
    ) -> Exception | None:
        """Try until the database takes it, and only then acknowledge; returns what it has against these messages."""
        delay_s, busy = _RETRY_S, 0
        while True:
            try:
                refused = await committer.commit(epoch, batch, take_in)
            except NotOwnerError:
                raise
            except Exception as error:  # noqa: BLE001 - whose fault it is decides what is done
                self._counters.retried += 1
                fault = fault_of(error)
                if fault is Fault.AWAY:
                    # The outcome of a COMMIT may be unknown: the identity ledgers make the next try harmless.
                    self._state.storing = False
                    self._outage.tell(lane=self.lane.name, size=len(batch), error=name_of(error))
                    await committer.close()
                    await asyncio.sleep(delay_s)
                    delay_s = min(delay_s * 2, _RETRY_MAX_S)
                    continue
                busy += 1
                if fault is not Fault.BUSY or busy >= busy_tries:
                    return error
                await committer.close()
                await asyncio.sleep(_BUSY_PAUSE_S)
            else:
                self._state.storing = True
                self._outage.end()
                await self._acknowledge(batch, refused)
                return None

    async def _acknowledge(self, batch: Sequence[InboundMessage], refused: Sequence[Refused]) -> None:
        self._counters.batches += 1
        self._stored_here += len(batch)
        not_taken = {id(one.message): one.reason for one in refused}
        breath = Breath(self.lane.in_flight.right_of_way)
        for message in batch:
            reason = not_taken.get(id(message))
            if reason is None:
                self._counters.stored += 1
                message.acknowledge()
            else:
                self._counters.refused += 1
                message.refuse(reason)
            if not self.lane.limits.precedes:
                await breath.take()


def _setting_aside(set_aside: SetAside, error: Exception) -> Intake:
    async def take_in(connection: Connection, batch: Sequence[Admitted], sitting: Sitting) -> None:
        for admitted in batch:
            sitting.tally.of(admitted.message).set_aside += 1
            await set_aside(connection, admitted, UnreadableError("not_stored", {"error": name_of(error)}), sitting)

    return take_in
