"""The live state of every subject, in the memory of its one owner, and how a transaction works on it.

A transaction sits over the subjects it is about: it claims them - all at once, waiting for whoever has one of them -
judges what it has, saves what changed, and only after its commit the memory follows (`adopt`). However else it ends,
what memory held of its subjects is forgotten and read again before anything else is judged for them (rule 1).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from alerts.circumstances import Circumstances, GatewayLink
from alerts.decisions import Finding
from alerts.engine import Judged, begin, judge_event, judge_heard, judge_reading, judge_time
from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind, SubjectType
from alerts.observations import DeviceEvent, Heard, Observation, Subject
from alerts.profile import MonitoringProfile, read_profile
from alerts.state import RecipientState
from hub.ingest.breath import RightOfWay
from hub.ingest.clock_keeping import TroubledDevices
from hub.ingest.deadlines import Deadlines
from hub.ingest.tally import Tally
from hub.ingest.timekeeping import zone_of
from hub.storage import maintenance
from hub.storage import monitoring as rows
from hub.storage.database import Connection
from hub.storage.maintenance import MaintenanceReport
from hub.storage.monitoring import Life

_log = structlog.get_logger(__name__)


class Monitoring:
    """The states that this process owns."""

    def __init__(self) -> None:
        self.deadlines = Deadlines()
        self.troubled_clocks = TroubledDevices()
        self.right_of_way = RightOfWay()
        self.watching_since: datetime | None = None
        self.woken = asyncio.Event()
        self.loaded = asyncio.Event()  #: Every saved state is here.
        self.rechecks: set[str] = set()  #: Devices of which the registry has changed.
        self._states: dict[Subject, RecipientState] = {}
        self._claimed: set[Subject] = set()
        self._freed = asyncio.Event()
        self._subject_of: dict[str, Subject] = {}  # whose device it last was; where to look for a gateway's link

    def __len__(self) -> int:
        return len(self._states)

    async def load(self, connection: Connection, now: datetime) -> None:
        """Begin as the owner: every saved state, and people who have a device and no state yet."""
        self.watching_since = now
        await self.troubled_clocks.load(connection)
        async for saved in rows.stream_states(connection):
            state = _read(saved.subject, saved.state)
            if state is None:
                self.deadlines.set(saved.subject, now)
            else:
                self._keep(saved.subject, state)
        for subject in await rows.find_unbegun(connection):
            self.deadlines.set(subject, now)
        self.loaded.set()

    def recheck(self, device_id: str) -> None:
        """Something about this device, or about who wears it, has changed."""
        self.rechecks.add(device_id)
        self.woken.set()

    def recheck_all(self) -> None:
        """Something may have changed and not been heard of."""
        self.rechecks.update(self._subject_of)
        self.woken.set()

    def subject_of(self, device_id: str) -> Subject | None:
        """Whose it last was."""
        return self._subject_of.get(device_id)

    async def claim(self, subjects: set[Subject]) -> None:
        """Wait until nobody else has any of them, and have them all."""
        while not subjects.isdisjoint(self._claimed):
            self._freed.clear()
            await self._freed.wait()
        self._claimed |= subjects

    def release(self, subjects: set[Subject]) -> None:
        """Their transaction has ended."""
        self._claimed -= subjects
        self._freed.set()

    def find(self, subject: Subject) -> RecipientState | None:
        """The state, if this process has it."""
        return self._states.get(subject)

    def adopt(self, states: Mapping[Subject, RecipientState]) -> None:
        """What has been committed is how it is."""
        for subject, state in states.items():
            self._keep(subject, state)
        self.woken.set()

    def forget(self, subjects: Iterable[Subject]) -> None:
        """What has become of them is known to the database alone."""
        for subject in subjects:
            self._states.pop(subject, None)

    def subjects(self) -> list[Subject]:
        """Whose states this process has now."""
        return list(self._states)

    def restore(self, subject: Subject, stored: dict[str, object] | None) -> None:
        """What the row says is how it is; the caller has claimed the subject."""
        self._states.pop(subject, None)
        state = None if stored is None else _read(subject, stored)
        if state is not None:
            self._keep(subject, state)

    def gateway_link(self, gateway_id: str) -> GatewayLink | None:
        """The gateway's own connection, as last heard."""
        subject = self._subject_of.get(gateway_id)
        state = None if subject is None else self._states.get(subject)
        gateway = None if state is None else state.devices.get(gateway_id)
        if gateway is None or gateway.heard_at is None or gateway.up_since is None:
            return None
        return GatewayLink(heard_at=gateway.heard_at, up_since=gateway.up_since)

    def _keep(self, subject: Subject, state: RecipientState) -> None:
        self._states[subject] = state
        self.deadlines.set(subject, state.due_at)
        for device_id in state.devices:
            self._subject_of[device_id] = subject


@dataclass(slots=True)
class Sitting:
    """One transaction's judging. `leave` must follow, whatever happens."""

    monitoring: Monitoring
    now: datetime
    tally: Tally = field(default_factory=Tally)
    _lives: dict[Subject, Life] = field(default_factory=dict)
    _circumstances: dict[Subject, Circumstances] = field(default_factory=dict)
    _states: dict[Subject, RecipientState] = field(default_factory=dict)
    _changed: set[Subject] = field(default_factory=set)
    _claimed: set[Subject] = field(default_factory=set)
    _begun_anew: set[Subject] = field(default_factory=set)
    _adopted: bool = False

    async def claim(self, connection: Connection, subjects: Iterable[Subject]) -> None:
        """Have these subjects - all that the transaction is about, once - with their states and circumstances."""
        if self._claimed:
            raise RuntimeError("a transaction claims its subjects once, all together")
        wanted = set(subjects)
        await self.monitoring.claim(wanted)
        self._claimed = wanted
        asked = sorted(wanted, key=lambda subject: (subject.type, subject.id))
        self._lives = await rows.find_lives(connection, asked, self.now)
        missing = [subject for subject in asked if self.monitoring.find(subject) is None]
        loaded = (
            {saved.subject: saved.state for saved in await rows.load_states(connection, missing)} if missing else {}
        )
        for subject in asked:
            life = self._lives.get(subject)
            if life is None:
                continue  # erased meanwhile
            circumstances = self._circumstances[subject] = self._circumstances_of(life)
            state = self.monitoring.find(subject)
            if state is None and subject in loaded:
                state = _read(subject, loaded[subject])
                if state is None:
                    self._begun_anew.add(subject)
            if state is None:
                state = begin(circumstances, self.now)
                self._changed.add(subject)
            self._states[subject] = state

    def division_of(self, subject: Subject) -> str | None:
        """Where the subject is; None when the registry does not know it (any more)."""
        life = self._lives.get(subject)
        return None if life is None else life.division_id

    def judge_event(self, subject: Subject, event: DeviceEvent) -> tuple[Finding, ...]:
        """What a device event means."""
        judged = self._judge(subject, lambda state, life: judge_event(state, event, life, self.now))
        return self._settle(subject, judged, event.received_at)

    def judge_reading(self, subject: Subject, reading: Observation) -> tuple[Finding, ...]:
        """What a reading means."""
        judged = self._judge(subject, lambda state, life: judge_reading(state, reading, life, self.now))
        return self._settle(subject, judged, reading.received_at)

    def judge_heard(self, subject: Subject, heard: Heard) -> tuple[Finding, ...]:
        """What it means that a device is there."""
        judged = self._judge(subject, lambda state, life: judge_heard(state, heard, life, self.now))
        return self._settle(subject, judged, heard.received_at)

    def judge_time(self, subject: Subject) -> tuple[Finding, ...]:
        """What the time that has passed means."""
        judged = self._judge(subject, lambda state, life: judge_time(state, life, self.now))
        return self._settle(subject, judged, self.now)

    async def save(self, connection: Connection) -> None:
        """Write what changed, in the transaction of what changed it."""
        await rows.save_states(
            connection,
            [
                rows.ChangedState(subject, self._lives[subject].division_id, self._states[subject].to_json())
                for subject in self._changed
            ],
            self.now,
        )
        for subject in self._begun_anew:
            await maintenance.report(connection, self._state_lost(subject), self.now)

    def adopt(self) -> None:
        """The transaction has committed."""
        self._adopted = True
        self.monitoring.adopt(self._states)

    def leave(self) -> None:
        """The transaction has ended, well or not."""
        if not self._adopted:
            self.monitoring.forget(self._claimed)
        self.monitoring.release(self._claimed)

    def _judge(self, subject: Subject, judge: Callable[[RecipientState, Circumstances], Judged]) -> Judged:
        """Judge; a state from which the core cannot go on must not silence a person, and is begun anew."""
        circumstances = self._circumstances[subject]
        try:
            return judge(self._states[subject], circumstances)
        except Exception:  # noqa: BLE001 - a saved state may hold anything; what fails with a new one, too, is raised
            judged = judge(begin(circumstances, self.now), circumstances)
            _log.exception("state_begun_anew", subject_id=subject.id)
            self._begun_anew.add(subject)
            return judged

    def _state_lost(self, subject: Subject) -> MaintenanceReport:
        is_person = subject.type is SubjectType.RECIPIENT
        return MaintenanceReport(
            kind=MaintenanceKind.STATE_LOST,
            division_id=self._lives[subject].division_id,
            device_id=None if is_person else UUID(subject.id),
            recipient_id=UUID(subject.id) if is_person else None,
            explanation=Explanation(code=MaintenanceKind.STATE_LOST),
        )

    def _settle(self, subject: Subject, judged: Judged, received_at: datetime) -> tuple[Finding, ...]:
        self._states[subject] = judged.state
        self._changed.add(subject)
        if judged.findings:
            self.tally.find(received_at, judged.findings)
        return judged.findings

    def _circumstances_of(self, life: Life) -> Circumstances:
        gateways = {
            device.gateway_id: link
            for device in life.devices
            if device.gateway_id is not None and (link := self.monitoring.gateway_link(device.gateway_id)) is not None
        }
        return Circumstances(
            profile=_read_profile(life),
            timezone=zone_of(life.timezone),
            watching_since=self.monitoring.watching_since or self.now,
            is_person=life.is_person,
            lives_alone=life.lives_alone,
            modes=life.modes,
            devices=life.devices,
            gateways=gateways,
        )


def _read(subject: Subject, stored: dict[str, object]) -> RecipientState | None:
    """The stored state; None for one that this version cannot read, or could not write again: it begins anew."""
    try:
        state = RecipientState.from_json(stored)
        state.to_json()
    except Exception as error:  # noqa: BLE001 - the row may hold anything, and the others must not wait for it
        _log.warning("state_unreadable", subject_id=subject.id, error=f"{type(error).__name__}: {error}")
        return None
    return state


def _read_profile(life: Life) -> MonitoringProfile:
    """The person's own thresholds; the usual ones where theirs cannot be read."""
    try:
        return read_profile(life.monitoring or {})
    except Exception as error:  # noqa: BLE001 - as above
        _log.error("profile_unreadable", error=type(error).__name__)
        return read_profile({})
