"""The ingest process of a world: the ledger, the core's judgement, and what follows - one transaction an event.

Live states are this process's own memory, as in the hub: a state is adopted after its commit, forgotten when the
transaction ends otherwise, and then read again from what was saved.
"""

from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from alerts.circumstances import Circumstances, WornDevice
from alerts.decisions import Finding
from alerts.engine import Judged, begin, judge_event, judge_time
from alerts.kinds import IncidentKind, SubjectType
from alerts.modes import ModeSpan
from alerts.observations import DeviceEvent, EventKind, Observation, Subject
from alerts.profile import MonitoringProfile
from alerts.state import RecipientState
from hub.simulation.faults import AwayError
from hub.simulation.hub import Hub
from hub.simulation.memory import CrashedError
from hub.simulation.memory_store import MemoryStore
from hub.simulation.messages import EventMessage, row_of, unreadable_of
from hub.simulation.registry import WorldRegistry
from hub.simulation.watching import Stretch
from hub.simulation.world import DIVISION_ID, Device, Recipient, World
from hub.stations.findings import Cause, carry_out
from hub.stations.intake import SentEvent, take_in
from hub.stations.intake_store import EventIdentity
from hub.stations.unreadable import set_aside

#: What was measured longer ago is history: it touches no live state, and an SOS or a fall is shown all the same.
_HISTORY_AFTER = timedelta(minutes=2)
#: The store that was away is asked again after this.
_RETRY_S = 2.0
#: An event is in exactly one incident of this kind once it is acknowledged.
RAISED_AT_ONCE = {EventKind.SOS_PRESSED: IncidentKind.SOS, EventKind.FALL_CONFIRMED: IncidentKind.FALL}


class IngestProcess:
    """Takes in what devices say, and judges what they do not say."""

    def __init__(
        self,
        hub: Hub,
        world: World,
        registry: WorldRegistry,
        streams: Mapping[Subject, Iterator[Observation]] | None = None,
    ) -> None:
        self._hub = hub
        self._registry = registry
        self._streams = dict(streams or {})
        self._again: dict[Subject, Iterator[Observation]] = {}  #: What was judged ahead in vain: before the streams.
        self._stretches: dict[Subject, Stretch] = {}
        self._world = world
        self._recipients: dict[UUID, Recipient] = {
            device.id: recipient for recipient in world.recipients for device in recipient.devices
        }
        self._lives = {recipient.subject: recipient for recipient in world.recipients}
        self._states: dict[Subject, RecipientState] = {}
        self._busy: set[Subject] = set()
        self._waiting: dict[Subject, deque[Callable[[], None]]] = {}
        self._watching_since = hub.faults.clock()
        self._alive = True
        self._looks_at: dict[Subject, datetime] = {}
        self.accepted = 0
        self.readings = 0
        self.repeated = 0

    # --- The process -------------------------------------------------------------------------------------------

    def receive(self, message: EventMessage, acknowledge: Callable[[], None]) -> None:
        """One message; acknowledged once everything that follows from it is committed."""
        if not self._alive:
            return  # nobody listens; the device says it again
        subject = self._subject_of(message.device)

        def take_in() -> Coroutine[Any, None, None]:
            return self._take_in(subject, message)

        self._queue(subject, take_in, partial(self._accept, message, acknowledge))

    def _queue(
        self, subject: Subject, work: Callable[[], Coroutine[Any, None, None]], done: Callable[[], None]
    ) -> None:
        """One transaction in flight per recipient (DESIGN.md section 2, rule 1)."""
        if subject in self._busy:
            self._waiting.setdefault(subject, deque()).append(partial(self._queue, subject, work, done))
            return
        self._busy.add(subject)

        def end(_none: None) -> None:
            self._free(subject)
            done()

        self._hub.turns.begin("ingest", work(), end, partial(self._fail, subject))

    def _free(self, subject: Subject) -> None:
        self._busy.discard(subject)
        waiting = self._waiting.get(subject)
        if waiting:
            self._hub.scheduler.after(0.0, "ingest", waiting.popleft())

    def _fail(self, subject: Subject, error: BaseException) -> None:
        if isinstance(error, CrashedError):
            self._die()
            return
        if not isinstance(error, AwayError):
            raise error
        self._states.pop(subject, None)
        self._free(subject)

    def _die(self) -> None:
        self._hub.write("ingest died")
        self._alive = False
        self._states.clear()
        self._waiting.clear()
        for subject, stretch in self._stretches.items():  # what was not committed is sent again
            self._come_again(subject, [*stretch.readings, *stretch.left])
        self._stretches.clear()
        self._busy.clear()
        self._hub.scheduler.after(self._hub.faults.restarts_after_s(), "ingest starts", self._start)

    def _start(self) -> None:
        """Everything is read again from what was saved, as JSON holds it."""
        self._alive = True
        self._watching_since = self._hub.faults.clock()
        self._looks_at.clear()
        for subject, state in self._hub.memory.states.items():
            self._keep(subject, RecipientState.from_json(state.to_json()))

    def _accept(self, message: EventMessage, acknowledge: Callable[[], None]) -> None:
        self.accepted += 1
        kind = None if message.event is None or message.test else RAISED_AT_ONCE.get(message.event)
        if kind is not None:
            self._hub.watch.press_acknowledged(message.device.id, message.id, kind)
        acknowledge()

    # --- One event ---------------------------------------------------------------------------------------------

    async def _take_in(self, subject: Subject, message: EventMessage) -> None:
        judged: Judged | None = None

        async def take_in(store: MemoryStore) -> None:
            nonlocal judged
            judged = await self._store_event(store, subject, message)

        await self._hub.transact(take_in)
        if judged is None:
            self.repeated += 1
        else:
            self._keep(subject, judged.state)

    async def _store_event(self, store: MemoryStore, subject: Subject, message: EventMessage) -> Judged | None:
        now = await store.now()
        identity = EventIdentity(
            device_id=message.device.id,
            identity=message.id.encode(),
            device_event_id=store.new_id(),
            payload_sha256=message.id.encode(),
            packet_id=None,
        )
        if message.event is None:
            kept = await set_aside(store, unreadable_of(message, now), identity, now, dup=False)
            return None if kept is None else Judged(self._state(subject, now), ())
        event = self._event(subject, message, message.event, now)
        judged: Judged | None = None

        def judge() -> Iterable[Finding]:
            nonlocal judged
            judged = judge_event(self._state(subject, now), event, self._circumstances(subject), now)
            return judged.findings

        sent = SentEvent(
            row=row_of(identity, message, event), identity=identity, lasting=True, dup=False, subject=subject
        )
        if await take_in(store, sent, judge, now) and judged is not None:
            store.transaction.states.put(subject, judged.state)
        return judged

    def _event(self, subject: Subject, message: EventMessage, event: EventKind, now: datetime) -> DeviceEvent:
        believed = message.occurred_at if abs(now - message.occurred_at) < timedelta(days=1) else now
        occurred_at = min(believed, now)
        return DeviceEvent(
            subject=subject,
            device_id=str(message.device.id),
            event=event,
            occurred_at=occurred_at,
            received_at=now,
            historical=now - occurred_at > _HISTORY_AFTER,
            test=message.test,
            device_kind=message.device.kind,
            gateway_id=None if message.device.gateway_id is None else str(message.device.gateway_id),
            in_test_window=now < self._registry.tried_until.get(message.device.id, now),
        )

    # --- Time --------------------------------------------------------------------------------------------------

    def _keep(self, subject: Subject, state: RecipientState) -> None:
        """What has been committed is how it is; somebody looks at it when its moment comes."""
        self._states[subject] = state
        if subject in self._streams:
            stretch = self._stretches.pop(subject, None)
            if stretch is not None:
                self._come_again(subject, stretch.after(self._hub.scheduler.now))
            self._begin_stretch(subject)
            return
        due_at = state.due_at
        if due_at is None or self._looks_at.get(subject, due_at + timedelta(seconds=1)) <= due_at:
            return
        self._looks_at[subject] = due_at
        at = due_at - self._hub.faults.clock_offset
        self._hub.scheduler.at(at, "time passes", partial(self._look, subject, due_at))

    def _look(self, subject: Subject, due_at: datetime) -> None:
        if self._looks_at.get(subject) != due_at or not self._alive:
            return
        del self._looks_at[subject]
        state = self._states.get(subject)
        if state is None or state.due_at is None:
            return
        if state.due_at > self._hub.faults.clock():
            self._keep(subject, state)
            return
        self._queue(subject, partial(self._pass_time, subject), lambda: None)

    async def _pass_time(self, subject: Subject) -> None:
        judged: Judged | None = None

        async def judge(store: MemoryStore) -> None:
            nonlocal judged
            now = await store.now()
            judged = judge_time(self._state(subject, now), self._circumstances(subject), now)
            cause = Cause(subject=subject, division_id=DIVISION_ID, occurred_at=now, received_at=now)
            await carry_out(store, cause, judged.findings, now)
            store.transaction.states.put(subject, judged.state)

        await self._hub.transact(judge)
        if judged is not None:
            self._keep(subject, judged.state)

    # --- Readings ----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Whoever is watched by readings is watched from now on."""
        now = self._hub.faults.clock()
        for subject in self._streams:
            self._keep(subject, self._state(subject, now))

    def _come_again(self, subject: Subject, readings: Sequence[Observation]) -> None:
        """Before all that follows; a chain of chains would cost more with each day that is lived."""
        if readings:
            self._again[subject] = iter([*readings, *self._again.get(subject, ())])

    def _begin_stretch(self, subject: Subject) -> None:
        now = self._hub.scheduler.now
        upcoming = chain(self._again.get(subject, ()), self._streams[subject])
        stretch = Stretch(self._states[subject], self._circumstances(subject), now, upcoming)
        self._stretches[subject] = stretch
        self._hub.scheduler.at(stretch.ends_at, "readings", partial(self._end_stretch, subject, stretch))

    def _end_stretch(self, subject: Subject, stretch: Stretch) -> None:
        if self._alive and self._stretches.get(subject) is stretch:
            self._queue(subject, partial(self._carry_out, subject, stretch), lambda: None)

    async def _carry_out(self, subject: Subject, stretch: Stretch) -> None:
        if self._stretches.get(subject) is not stretch:
            return  # an event came first

        async def carry_out_findings(store: MemoryStore) -> None:
            now = await store.now()
            cause = Cause(subject=subject, division_id=DIVISION_ID, occurred_at=now, received_at=now)
            await carry_out(store, cause, stretch.findings, now)
            store.transaction.states.put(subject, stretch.state)

        try:
            await self._hub.transact(carry_out_findings)
        except AwayError:
            self._hub.scheduler.after(_RETRY_S, "readings", partial(self._end_stretch, subject, stretch))
            return
        self.readings += len(stretch.readings)
        if self._stretches.get(subject) is stretch:
            del self._stretches[subject]
            self._come_again(subject, stretch.left)
            self._states[subject] = stretch.state
            self._begin_stretch(subject)

    # --- Whose it is -------------------------------------------------------------------------------------------

    def _subject_of(self, device: Device) -> Subject:
        recipient = self._recipients.get(device.id)
        return Subject(type=SubjectType.DEVICE, id=str(device.id)) if recipient is None else recipient.subject

    def _state(self, subject: Subject, now: datetime) -> RecipientState:
        stretch = self._stretches.get(subject)
        if stretch is not None:
            return stretch.state_at(self._hub.scheduler.now)
        state = self._states.get(subject)
        if state is not None:
            return state
        saved = self._hub.memory.states.get(subject)
        if saved is not None:
            return RecipientState.from_json(saved.to_json())
        return begin(self._circumstances(subject), now)

    def _modes(self, recipient_id: UUID) -> tuple[ModeSpan, ...]:
        spans = self._registry.modes.get(recipient_id, ())
        ended = self._hub.memory.ended_modes
        return tuple(
            replace(span, until_at=ended.get((recipient_id, span.from_at, span.mode), span.until_at)) for span in spans
        )

    def _circumstances(self, subject: Subject) -> Circumstances:
        recipient = self._lives.get(subject)
        devices = () if recipient is None else recipient.devices
        return Circumstances(
            profile=MonitoringProfile(),
            timezone=self._world.zone,
            watching_since=self._watching_since,
            is_person=recipient is not None,
            lives_alone=recipient is not None and recipient.lives_alone,
            modes=() if recipient is None else self._modes(recipient.id),
            devices=tuple(
                WornDevice(id=str(device.id), kind=device.kind, gateway_id=None, since=self._world.starts_at)
                for device in devices
            ),
        )
