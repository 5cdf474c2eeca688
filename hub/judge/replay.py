"""The replay: every line through the adapters and the core, and deadlines at their instants between the lines."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from alerts.circumstances import Circumstances, GatewayLink, WornDevice
from alerts.decisions import EndMode, Finding, RaiseAlert, ReportMaintenance
from alerts.engine import begin, judge_event, judge_heard, judge_reading, judge_time, judge_unreadable
from alerts.explanation import Explanation
from alerts.kinds import IncidentKind, MaintenanceKind, SubjectType
from alerts.observations import Heard, Subject
from alerts.profile import MonitoringProfile, read_profile
from alerts.state import RecipientState
from device_adapters import Decoded, DeviceEvent, UnreadableError
from device_adapters.device_events import EventName
from device_adapters.levels import LevelState, judge_level
from device_adapters.port import canonical_key
from hub.ingest.adapters import Adapters, GuardedAdapter
from hub.ingest.attribution import Speaker, attribute_event, attribute_reading, subject_of
from hub.ingest.deadlines import Deadlines
from hub.ingest.sent_identity import event_identity, unreadable_identity
from hub.ingest.timekeeping import zone_of
from hub.judge.clocks import RecordedClocks
from hub.judge.recordings import Line, Person
from hub.judge.verdicts import Desk, Findings, Report
from hub.stations.repetition import SAME_PRESS_WITHIN, is_repeated

#: What an alarm flag opens.
_KIND_OF_ALARM: dict[EventName, IncidentKind] = {
    "sos_pressed": IncidentKind.SOS,
    "fall_suspected": IncidentKind.FALL,
    "fall_confirmed": IncidentKind.FALL,
}


@dataclass(frozen=True, slots=True)
class _Known:
    """An event that was taken in."""

    seen_at: datetime
    payload_sha256: bytes
    device_time: datetime | None


class _Links(Mapping[str, GatewayLink]):
    """What is known of gateways now: looked up when a rule asks."""

    def __init__(self, states: Mapping[Subject, RecipientState], subjects: Mapping[str, Subject]) -> None:
        self._states = states
        self._subjects = subjects

    def __getitem__(self, gateway_id: str) -> GatewayLink:
        state = self._states.get(self._subjects[gateway_id])
        gateway = None if state is None else state.devices.get(gateway_id)
        if gateway is None or gateway.heard_at is None or gateway.up_since is None:
            raise KeyError(gateway_id)
        return GatewayLink(heard_at=gateway.heard_at, up_since=gateway.up_since)

    def __iter__(self) -> Iterator[str]:
        return iter(self._subjects)

    def __len__(self) -> int:
        return len(self._subjects)


class Replay:
    """One recording. Feed it `take` line by line, then `finish`."""

    def __init__(self, people: Iterable[Person], report: Report, close_after: timedelta, adapters: Adapters) -> None:
        self._people = list(people)
        self._desk = Desk(report, close_after)
        self._adapters = adapters
        self._adapter_of: dict[str, GuardedAdapter | None] = {}
        self._deadlines = Deadlines()
        self._states: dict[Subject, RecipientState] = {}
        self._circumstances: dict[Subject, Circumstances] = {}
        self._speakers: dict[str, Speaker] = {}
        self._subject_of: dict[str, Subject] = {}
        self._keys: dict[str, str] = {}
        self._events: dict[tuple[str, bytes], _Known] = {}
        self._levels: dict[tuple[str, EventName], tuple[LevelState, datetime]] = {}
        self._clocks = RecordedClocks()
        self._now: datetime | None = None
        self._links = _Links(self._states, self._subject_of)

    def take(self, line: Line) -> None:
        """One message, at the time it was received."""
        if self._now is None:
            self._begin(line.at)
        self._pass_until(line.at)
        now = self._now = line.at if self._now is None else max(self._now, line.at)
        adapter = self._adapter_for(line.topic)
        if adapter is None:
            return  # nobody's topic: a broker carries more than devices
        try:
            spoken = adapter.decode(line.topic, line.payload, line.at)
        except UnreadableError as error:
            self._take_unread(line, adapter, error, now)
            return
        for one in spoken:
            speaker = self._speaker(one.device_key)
            self._take_decoded(speaker, one.decoded, line, now)

    def finish(self, until: datetime | None) -> None:
        """The clock ends at the last line, or there."""
        if until is None or self._now is None or until <= self._now:
            return
        self._pass_until(until)
        self._now = until

    # --- Time --------------------------------------------------------------------------------------------------

    def _begin(self, at: datetime) -> None:
        for person in self._people:
            subject = Subject(type=SubjectType.RECIPIENT, id=person.id)
            for device in person.devices:
                self._speakers[device.id] = device
                self._subject_of[device.id] = subject
            self._keys.update({canonical_key(key): device_id for key, device_id in person.keys.items()})
            self._circumstances[subject] = Circumstances(
                profile=read_profile(person.monitoring),
                timezone=zone_of(person.timezone),
                watching_since=at,
                lives_alone=person.lives_alone,
                modes=person.modes,
                devices=tuple(_worn(device, at) for device in person.devices),
                gateways=self._links,
            )
            self._keep(subject, begin(self._circumstances[subject], at))

    def _pass_until(self, moment: datetime) -> None:
        """Pass every deadline up to and including that moment, in the order of their times."""
        while True:
            due, expiry = self._deadlines.earliest, self._desk.next_expiry
            if expiry is not None and expiry <= moment and (due is None or expiry <= due):
                self._desk.expire(expiry)
            elif due is not None and due <= moment:
                self._look(due)
            else:
                return

    def _look(self, due: datetime) -> None:
        now = due if self._now is None else max(due, self._now)
        (subject,) = self._deadlines.take_due(due, 1)
        judged = judge_time(self._states[subject], self._circumstances[subject], now)
        self._keep(subject, judged.state)
        self._desk.take(Findings(subject, judged.findings), now)

    def _keep(self, subject: Subject, state: RecipientState) -> None:
        self._states[subject] = state
        self._deadlines.set(subject, state.due_at)

    # --- Messages ----------------------------------------------------------------------------------------------

    def _adapter_for(self, topic: str) -> GuardedAdapter | None:
        try:
            return self._adapter_of[topic]
        except KeyError:
            found = self._adapter_of[topic] = self._adapters.for_topic(topic)
            return found

    def _speaker(self, key: str) -> Speaker:
        speaker = self._speakers.get(key) or self._speakers.get(self._keys.get(canonical_key(key), ""))
        if speaker is None:
            speaker = self._speakers[key] = Speaker(id=key, kind="unknown", gateway_id=None)
        return speaker

    def _subject(self, speaker: Speaker, now: datetime) -> Subject:
        subject = self._subject_of.get(speaker.id)
        if subject is None:
            subject = self._subject_of[speaker.id] = subject_of(speaker.id, None)
            self._circumstances[subject] = Circumstances(
                profile=MonitoringProfile(),
                timezone=zone_of(None),
                watching_since=now,
                is_person=False,
                devices=(_worn(speaker, now),),
            )
            self._keep(subject, begin(self._circumstances[subject], now))
        return subject

    def _take_decoded(self, speaker: Speaker, decoded: Decoded, line: Line, now: datetime) -> None:
        for event in decoded.events:
            self._take_event(speaker, event, line, now)
        for level, up in decoded.levels.items():
            self._take_level(speaker, level, line, now, up=up)
        subject = self._subject(speaker, now)
        circumstances = self._circumstances[subject]
        state = self._states[subject]
        findings: list[Finding] = []
        timed, told = self._clocks.settle_readings(speaker.id, decoded, line.at)
        findings.extend(told)
        for reading, time in timed:
            # A recording does not say who carried a message: nothing shows that it was within the gateway's reach.
            observed = attribute_reading(reading, speaker, line.at, time, via_gateway=False)
            judged = judge_reading(state, observed, circumstances, now)
            state = judged.state
            if judged.findings:
                findings.extend(judged.findings)
        if not decoded.readings and not decoded.events:
            online = None if decoded.status is None else decoded.status.online
            judged = judge_heard(state, _sign(speaker, line.at, online), circumstances, now)
            state = judged.state
            findings.extend(judged.findings)
        self._keep(subject, state)
        if findings:
            self._desk.take(Findings(subject, tuple(findings)), now)
            self._end_modes(subject, findings, now)
        if speaker.gateway_id is not None:
            self._hear_gateway(speaker.gateway_id, line.at, now)

    def _end_modes(self, subject: Subject, findings: Iterable[Finding], now: datetime) -> None:
        """What was found to be over is over; the person is looked at again at once, as when the registry changes."""
        for ended in (finding.span for finding in findings if isinstance(finding, EndMode)):
            circumstances = self._circumstances[subject]
            modes = tuple(replace(span, until_at=now) if span == ended else span for span in circumstances.modes)
            self._circumstances[subject] = replace(circumstances, modes=modes)
            self._deadlines.set(subject, now)

    def _hear_gateway(self, gateway_id: str, received_at: datetime, now: datetime) -> None:
        gateway = self._speakers.get(gateway_id) or Speaker(id=gateway_id, kind="gateway", gateway_id=None)
        self._speakers[gateway_id] = gateway
        subject = self._subject(gateway, now)
        judged = judge_heard(
            self._states[subject], _sign(gateway, received_at, None), self._circumstances[subject], now
        )
        self._keep(subject, judged.state)
        self._desk.take(Findings(subject, judged.findings), now)

    def _take_event(self, speaker: Speaker, event: DeviceEvent, line: Line, now: datetime) -> None:
        identity, lasting = event_identity(event, line.payload)
        if self._is_known(speaker, identity, event, line, now, lasting=lasting):
            return
        subject = self._subject(speaker, now)
        time, told = self._clocks.settle_event(speaker.id, event, line.at)
        self._desk.take(Findings(subject, told), now)
        attributed = attribute_event(event, speaker, line.at, time, subject=subject)
        judged = judge_event(self._states[subject], attributed, self._circumstances[subject], now)
        self._keep(subject, judged.state)
        self._desk.take(Findings(subject, judged.findings), now)
        self._end_modes(subject, judged.findings, now)

    def _is_known(
        self, speaker: Speaker, identity: bytes, event: DeviceEvent | None, line: Line, now: datetime, *, lasting: bool
    ) -> bool:
        digest = sha256(line.payload).digest()
        occurred_at = None if event is None else event.occurred_at
        known = self._events.get((speaker.id, identity))
        if known is not None:
            said_the_same = known.payload_sha256 == digest or known.device_time == occurred_at
            age = now - known.seen_at
            if is_repeated(age=age, lasting=lasting, said_the_same=said_the_same, same_packet=False):
                return True
        self._events[speaker.id, identity] = _Known(now, digest, occurred_at)
        return False

    def _take_level(self, speaker: Speaker, level: EventName, line: Line, now: datetime, *, up: bool) -> None:
        remembered, since = self._levels.get((speaker.id, level), (None, now))
        kind = _KIND_OF_ALARM.get(level)
        subject = self._subject(speaker, now)
        closed = kind is not None and self._desk.has_closed_since(subject, kind, since, now)
        step = judge_level(level, up=up, remembered=remembered, closed=closed)
        if step.event is None:
            self._levels[speaker.id, level] = (step.state, since)
            return
        self._levels[speaker.id, level] = (step.state, now)
        self._take_event(speaker, step.event, line, now)

    def _take_unread(self, line: Line, adapter: GuardedAdapter, error: UnreadableError, now: datetime) -> None:
        """A cry that cannot be read is shown all the same; anything else is the vendor's to mend."""
        speaker = self._speaker(adapter.device_key(line.topic, line.payload) or line.topic)
        reason: dict[str, Any] = {"reason": error.code, **error.params, "device_id": speaker.id}
        itself = subject_of(speaker.id, None)
        if adapter.carries_alarms(line.topic):
            identity = unreadable_identity(line.payload)
            if self._is_known(speaker, identity, None, line, now, lasting=False):
                return
            if self._desk.has_alert_since(itself, IncidentKind.UNREADABLE_EVENT, now - SAME_PRESS_WITHIN):
                return
            shown = judge_unreadable(Explanation(code="unreadable_event", params=reason))
            alert = RaiseAlert(
                kind=shown.kind, severity=shown.severity, explanation=shown.explanation, device_id=speaker.id
            )
            self._desk.take(Findings(itself, (alert,)), now)
            return
        item = ReportMaintenance(
            kind=MaintenanceKind.QUARANTINE,
            explanation=Explanation(code="quarantine", params=reason),
            device_id=speaker.id,
        )
        self._desk.take(Findings(self._subject(speaker, now), (item,)), now)


def _worn(device: Speaker, since: datetime) -> WornDevice:
    return WornDevice(id=device.id, kind=device.kind, gateway_id=device.gateway_id, since=since)


def _sign(speaker: Speaker, received_at: datetime, online: bool | None) -> Heard:
    return Heard(
        device_id=speaker.id,
        device_kind=speaker.kind,
        gateway_id=speaker.gateway_id,
        received_at=received_at,
        online=online,
    )
