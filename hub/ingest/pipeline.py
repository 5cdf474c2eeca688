"""The pipeline: messages in, one transaction with everything that follows, then - and only then - acknowledgements.

Two lanes (`lanes.py`), each seen through by a `LaneWork`, and beside them the passing of time. What is done when the
database cannot take something, or never will, stands in `lane_work.py`.
"""

import asyncio
from dataclasses import dataclass, field

import structlog

from hub.ingest.committing import Committer
from hub.ingest.event_intake import set_aside_event, take_in_events
from hub.ingest.lane_work import LaneDuty, LaneWork, PipelineCounters, StoringState
from hub.ingest.lanes import EVENT_LIMITS, TELEMETRY_LIMITS, InFlight, Lane, LaneLimits
from hub.ingest.monitoring import Monitoring
from hub.ingest.passing_time import TimePasser
from hub.ingest.source import InboundMessage, Leaf
from hub.ingest.suspects import EVENT_SUSPICION, TELEMETRY_SUSPICION
from hub.ingest.telemetry_intake import set_aside_telemetry, take_in_telemetry
from hub.storage.addresses import BRISK, Patience
from hub.storage.database import DATABASE_AWAY, connect, database_now
from hub.storage.faults import name_of
from hub.storage.ownership import Epoch

_log = structlog.get_logger(__name__)

_RETRY_S = 0.2

_EVENT_DUTY = LaneDuty(
    take_in=take_in_events,
    set_aside=set_aside_event,
    suspicion=EVENT_SUSPICION,
    # a press waits in this lane behind whoever waits for a lock: no longer than tells that it will not come
    patience=Patience(lock_s=1.0, statement_s=3.0, answer_s=BRISK.answer_s),
    rounds_together=0,
)
_TELEMETRY_DUTY = LaneDuty(
    take_in=take_in_telemetry,
    set_aside=set_aside_telemetry,
    suspicion=TELEMETRY_SUSPICION,
    patience=BRISK,
    rounds_together=10,  # about a minute: a table that is being altered comes back for all of them
)


@dataclass(slots=True)
class Pipeline:
    """The sink of every way in. `run` works until it is cancelled, or ownership is lost (`NotOwnerError`)."""

    dsn: str
    holder: str
    counters: PipelineCounters = field(default_factory=PipelineCounters)
    monitoring: Monitoring = field(default_factory=Monitoring)
    _state: StoringState = field(default_factory=StoringState)
    _events: LaneWork = field(init=False)
    _telemetry: LaneWork = field(init=False)

    def __post_init__(self) -> None:
        in_flight = InFlight(self.monitoring.right_of_way)
        self._events = self._lane_work("event", EVENT_LIMITS, in_flight, _EVENT_DUTY)
        self._telemetry = self._lane_work("telemetry", TELEMETRY_LIMITS, in_flight, _TELEMETRY_DUTY)

    @property
    def congested(self) -> bool:
        """True while a lane holds as much as it may."""
        return self._events.full or self._telemetry.full

    @property
    def storing(self) -> bool:
        """False while commits fail."""
        return self._state.storing

    @property
    def queued(self) -> dict[str, int]:
        """Messages waiting, by lane."""
        return {work.lane.name: len(work.lane) for work in (self._events, self._telemetry)}

    @property
    def set_apart(self) -> dict[str, int]:
        """Messages that could not go with the others, by lane."""
        return {work.lane.name: len(work.suspects) for work in (self._events, self._telemetry)}

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
        async with asyncio.TaskGroup() as tasks:
            for work in (self._events, self._telemetry):
                tasks.create_task(work.run(epoch))
                tasks.create_task(work.attend_suspects(epoch))
            tasks.create_task(TimePasser(self.monitoring, self.dsn, self.holder).run(epoch))

    async def _load_states(self) -> None:
        """Nothing is judged before the states of the owner before this one are here."""
        while True:
            try:
                async with await connect(self.dsn, name=f"ingest {self.holder} states") as connection:
                    await self.monitoring.load(connection, await database_now(connection))
            except DATABASE_AWAY as error:
                _log.warning("states_wait_for_database", error=name_of(error))
                await asyncio.sleep(_RETRY_S)
            else:
                return

    def _lane_work(self, name: str, limits: LaneLimits, in_flight: InFlight, duty: LaneDuty) -> LaneWork:
        def committer(purpose: str, patience: Patience) -> Committer:
            # Whose transactions run beside another's count beside it, too: no lane waits for a suspect's commit.
            return Committer(self.dsn, f"ingest {self.holder} {purpose}", purpose, self.monitoring, patience)

        return LaneWork(Lane(name, limits, in_flight), duty, committer, self.counters, self._state)
