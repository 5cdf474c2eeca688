"""The pipeline: messages in, one transaction with everything that follows, then - and only then - acknowledgements.

Errors say whose fault it is. The sender's: refused, or set aside and acknowledged. Ours: the batch stays
unacknowledged and is tried again, first whole, then message by message; one that cannot be stored whatever we do is
set aside like an unreadable one, shown at the desk if it was an event, and does not hold up the others.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from device_adapters import UnreadableError
from hub.ingest.admission import Admitted, Refused, admit
from hub.ingest.event_intake import set_aside_event, take_in_events
from hub.ingest.flags import raise_flags
from hub.ingest.lanes import EVENT_LIMITS, TELEMETRY_LIMITS, InFlight, Lane
from hub.ingest.monitoring import Monitoring, Sitting
from hub.ingest.passing_time import TimePasser
from hub.ingest.source import InboundMessage, Leaf
from hub.ingest.strangers import take_in_strangers
from hub.ingest.tally import count_messages
from hub.ingest.telemetry_intake import set_aside_telemetry, take_in_telemetry
from hub.storage import device_routes, ownership
from hub.storage.database import DATABASE_AWAY, Connection, connect, database_now
from hub.storage.mqtt_sessions import remember_received
from hub.storage.ownership import Epoch

_log = structlog.get_logger(__name__)

#: Between two tries while the database is away; the senders wait, nothing is acknowledged.
_RETRY_S = 0.2
_RETRY_MAX_S = 2.0

Intake = Callable[[Connection, Sequence[Admitted], Sitting], Awaitable[None]]
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
class _LaneWork:
    """A lane, and what is done with its messages."""

    lane: Lane
    take_in: Intake
    set_aside: SetAside
    connection: Connection | None = None


@dataclass(slots=True)
class Pipeline:
    """The sink of every way in. `run` works until it is cancelled, or ownership is lost (`NotOwnerError`)."""

    dsn: str
    holder: str
    counters: PipelineCounters = field(default_factory=PipelineCounters)
    monitoring: Monitoring = field(default_factory=Monitoring)
    _storing: bool = True
    _events: _LaneWork = field(init=False)
    _telemetry: _LaneWork = field(init=False)

    def __post_init__(self) -> None:
        in_flight = InFlight()
        self._events = _LaneWork(Lane("event", EVENT_LIMITS, in_flight), take_in_events, set_aside_event)
        self._telemetry = _LaneWork(
            Lane("telemetry", TELEMETRY_LIMITS, in_flight), take_in_telemetry, set_aside_telemetry
        )

    @property
    def congested(self) -> bool:
        """True while a lane holds as much as it may."""
        return self._events.lane.full or self._telemetry.lane.full

    @property
    def storing(self) -> bool:
        """False while commits fail."""
        return self._storing

    @property
    def queued(self) -> dict[str, int]:
        """Messages waiting, by lane."""
        return {work.lane.name: len(work.lane) for work in (self._events, self._telemetry)}

    def accept(self, message: InboundMessage) -> None:
        """Take one message from a source."""
        work = self._events if message.leaf is Leaf.EVENT else self._telemetry
        work.lane.put(message)

    async def run(self, epoch: Epoch) -> None:
        """Work on both lanes, and judge what does not happen, as the owner of this epoch.

        Raises:
            NotOwnerError: another has taken over; nothing that was not committed has been acknowledged.
        """
        await self._load_states()
        async with asyncio.TaskGroup() as work:
            work.create_task(self._run_lane(self._events, epoch))
            work.create_task(self._run_lane(self._telemetry, epoch))
            work.create_task(TimePasser(self.monitoring, self.dsn, self.holder).run(epoch))

    async def _load_states(self) -> None:
        """Nothing is judged before the states of the owner before this one are here."""
        while True:
            try:
                async with await connect(self.dsn, name=f"ingest {self.holder} states") as connection:
                    await self.monitoring.load(connection, await database_now(connection))
            except DATABASE_AWAY as error:
                _log.warning("states_wait_for_database", error=type(error).__name__)
                await asyncio.sleep(_RETRY_S)
            else:
                return

    async def _run_lane(self, work: _LaneWork, epoch: Epoch) -> None:
        try:
            while True:
                batch = await work.lane.take()
                try:
                    await self._settle(work, epoch, batch)
                finally:
                    work.lane.done(batch)
        finally:
            if work.connection is not None:
                await work.connection.close()

    async def _settle(self, work: _LaneWork, epoch: Epoch, batch: list[InboundMessage]) -> None:
        """See a batch through: whole, or - when something in it cannot be stored - message by message."""
        try:
            await self._insist(work, epoch, batch, work.take_in)
        except (*DATABASE_AWAY, ownership.NotOwnerError):
            raise
        except Exception as error:  # noqa: BLE001 - one message that cannot be stored must not hold up the others
            if len(batch) > 1:
                _log.warning("batch_split", lane=work.lane.name, size=len(batch), error=type(error).__name__)
                for message in batch:
                    await self._settle(work, epoch, [message])
                return
            _log.exception("message_set_aside", lane=work.lane.name, device_id=batch[0].device_id)
            await self._insist(work, epoch, batch, _setting_aside(work.set_aside, type(error).__name__))
            self.counters.set_aside += 1

    async def _insist(self, work: _LaneWork, epoch: Epoch, batch: list[InboundMessage], take_in: Intake) -> None:
        """Try until the database takes it; then, and only then, acknowledge."""
        delay_s = _RETRY_S
        while True:
            try:
                refused = await self._commit(work, epoch, batch, take_in)
            except DATABASE_AWAY as error:
                # The outcome of a COMMIT may be unknown: the identity ledgers make the next try harmless.
                self._storing = False
                self.counters.retried += 1
                _log.warning("database_away", lane=work.lane.name, size=len(batch), error=type(error).__name__)
                await self._drop_connection(work)
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, _RETRY_MAX_S)
                continue
            self._storing = True
            self._acknowledge(batch, refused)
            return

    async def _commit(
        self, work: _LaneWork, epoch: Epoch, batch: list[InboundMessage], take_in: Intake
    ) -> list[Refused]:
        if work.connection is None:
            work.connection = await connect(self.dsn, name=f"ingest {self.holder} {work.lane.name}")
        connection = work.connection
        sitting: Sitting | None = None
        try:
            async with connection.transaction():
                await ownership.fence(connection, epoch)
                sitting = Sitting(self.monitoring, await database_now(connection))
                admission = await admit(connection, batch)
                told = await raise_flags(connection, admission.admitted, sitting)
                count_messages(sitting.tally, batch, admission)
                if told:
                    await take_in(connection, told, sitting)
                await _note_routes(connection, admission.admitted)
                await take_in_strangers(connection, admission.strangers, sitting)
                await remember_received(connection, _exactly_once(admission.admitted))
                await sitting.save(connection)
                await sitting.tally.save(connection, work.lane.name, epoch)
            sitting.adopt()
        finally:
            if sitting is not None:
                sitting.leave()
        return admission.refused

    async def _drop_connection(self, work: _LaneWork) -> None:
        if work.connection is not None:
            connection, work.connection = work.connection, None
            with contextlib.suppress(*DATABASE_AWAY):
                await connection.close()

    def _acknowledge(self, batch: list[InboundMessage], refused: list[Refused]) -> None:
        self.counters.batches += 1
        not_taken = {id(one.message): one.reason for one in refused}
        for message in batch:
            reason = not_taken.get(id(message))
            if reason is None:
                self.counters.stored += 1
                message.acknowledge()
            else:
                self.counters.refused += 1
                message.refuse(reason)


async def _note_routes(connection: Connection, admitted: Sequence[Admitted]) -> None:
    """What is for these devices goes the way they came."""
    routes = {one.device.id: one.message.origin.source for one in admitted if one.message.origin is not None}
    if routes:
        await device_routes.note(connection, routes)


def _exactly_once(admitted: Sequence[Admitted]) -> list[tuple[UUID, int]]:
    """QoS 2: the packet ids of lasting sessions that are now received; committed before PUBREC (rule 12)."""
    return [
        (one.message.session_id, one.message.packet_id)
        for one in admitted
        if one.message.qos == 2 and one.message.session_id is not None and one.message.packet_id is not None
    ]


def _setting_aside(set_aside: SetAside, error_name: str) -> Intake:
    async def take_in(connection: Connection, batch: Sequence[Admitted], sitting: Sitting) -> None:
        for admitted in batch:
            sitting.tally.of(admitted.message).set_aside += 1
            await set_aside(connection, admitted, UnreadableError("not_storable", {"error": error_name}), sitting)

    return take_in
