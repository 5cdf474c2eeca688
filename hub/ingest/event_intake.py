"""Device events, taken in: decoded, attributed, judged, and all that follows stored - in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from alerts.observations import EventKind, Subject
from device_adapters import DeviceEvent, UnreadableError
from hub.identity import new_id
from hub.ingest.admission import Admitted
from hub.ingest.attribution import attribute_event, speaker_of, subject_of
from hub.ingest.clock_keeping import ClockBook, Witness, report_clocks
from hub.ingest.decoding import keep, read_event
from hub.ingest.device_tests import Timed, note_test, within_windows
from hub.ingest.monitoring import Sitting
from hub.ingest.observing import heard_gateways, judge_heard
from hub.ingest.sent_identity import event_identity
from hub.ingest.timekeeping import WRONG_CLOCK, SettledTime, settle_event_time, settle_time
from hub.ingest.unreadable_events import set_aside
from hub.stations.intake import SentEvent, take_in
from hub.stations.intake_store import DeviceEventRow, EventIdentity
from hub.storage import readings, senders
from hub.storage.database import Connection
from hub.storage.intake import SqlIntakeStore
from hub.storage.senders import Wearer

#: What an event says of the device's own state, besides that it was seen.
#: Whoever cries wants to be found.
_CRIES = frozenset({EventKind.SOS_PRESSED, EventKind.FALL_SUSPECTED, EventKind.FALL_CONFIRMED})
_WORN = {EventKind.WORN: True, EventKind.REMOVED: False}
_CHARGING = {EventKind.CHARGING_STARTED: True, EventKind.CHARGING_ENDED: False}


@dataclass(frozen=True, slots=True)
class _Read:
    """An event that could be read, with the time to believe."""

    admitted: Admitted
    event: DeviceEvent
    time: SettledTime

    @property
    def timed(self) -> Timed:
        """As tests of devices look at it."""
        return Timed(
            device_id=self.admitted.device.id,
            event=self.event,
            occurred_at=self.time.at,
            received_at=self.admitted.message.received_at,
        )


@dataclass(frozen=True, slots=True)
class _Unread:
    """One that could not."""

    admitted: Admitted
    error: UnreadableError


async def take_in_events(connection: Connection, batch: Sequence[Admitted], sitting: Sitting) -> None:
    """Store a batch of device events and all that follows from them, in the order in which they came."""
    taken = [_read(admitted) for admitted in batch]
    book = await _look_at_clocks(connection, taken, sitting)
    taken = [_settle(one, book) if isinstance(one, _Read) else one for one in taken]
    wearers = await senders.find_wearers(connection, [(one.admitted.device.id, _moment_of(one)) for one in taken])
    gateways = await heard_gateways(connection, batch, sitting.now)
    wearing = {
        subject_of(one.admitted.device.id, wearer.recipient_id) for one, wearer in zip(taken, wearers, strict=True)
    }
    await sitting.claim(connection, wearing | {subject for subject, _ in gateways})
    read = [one for one in taken if isinstance(one, _Read)]
    in_windows = iter(await within_windows(connection, [one.timed for one in read]))
    for one, wearer in zip(taken, wearers, strict=True):
        match one:
            case _Read():
                if await _take_in(connection, sitting, one, wearer, in_test_window=next(in_windows)):
                    _learn(one, book)
            case _Unread():
                await _set_aside(connection, one.admitted, one.error, wearer, sitting)
    await judge_heard(connection, sitting, gateways)
    await report_clocks(connection, book, _witnesses(taken), sitting.now)
    await book.save(connection, sitting.now)
    await readings.see_devices(connection, _sightings(taken))


async def set_aside_event(connection: Connection, admitted: Admitted, error: UnreadableError, sitting: Sitting) -> None:
    """Set one event aside that cannot be taken in for a reason of ours: it is shown at the desk all the same."""
    wearers = await senders.find_wearers(connection, [(admitted.device.id, admitted.message.received_at)])
    await _set_aside(connection, admitted, error, wearers[0], sitting)


async def _set_aside(
    connection: Connection, admitted: Admitted, error: UnreadableError, wearer: Wearer, sitting: Sitting
) -> None:
    counts = sitting.tally.of(admitted.message)
    if await set_aside(connection, admitted, error, wearer, sitting):
        counts.events_unreadable += 1
    else:
        counts.unreadable_repeated += 1


def _read(admitted: Admitted) -> _Read | _Unread:
    try:
        event = read_event(admitted.message)
    except UnreadableError as error:
        return _Unread(admitted, keep(error))
    return _Read(admitted, event, settle_time(event.occurred_at, admitted.message.received_at))


# --- Their times --------------------------------------------------------------------------------------------------


async def _look_at_clocks(
    connection: Connection, taken: Sequence[_Read | _Unread], sitting: Sitting
) -> ClockBook[UUID]:
    """The clocks of devices that have given trouble, or do so now; none at all for the others."""
    troubled = sitting.monitoring.troubled_clocks
    suspects = {
        one.admitted.device.id
        for one in taken
        if isinstance(one, _Read)
        and (one.time.historical or one.time.quality in WRONG_CLOCK or one.admitted.device.id in troubled)
    }
    return await troubled.look(connection, suspects)


def _settle(one: _Read, book: ClockBook[UUID]) -> _Read:
    """The same event with the time to believe."""
    device_id, message, event = one.admitted.device.id, one.admitted.message, one.event
    if device_id not in book:
        return one
    clock = book.clock_of(device_id)
    if not message.dup:
        clock = book.foresee(device_id, event.sent_at or event.occurred_at, message.received_at, direct=_is_direct(one))
    return replace(one, time=settle_event_time(event.occurred_at, event.sent_at, message.received_at, clock))


def _learn(one: _Read, book: ClockBook[UUID]) -> None:
    """A new event is evidence of its device's clock."""
    device_id, message = one.admitted.device.id, one.admitted.message
    claimed = one.event.sent_at or one.event.occurred_at
    if claimed is not None and not message.dup and device_id in book:
        book.learn(device_id, claimed, message.received_at, direct=_is_direct(one))
    # As its clock alone would have it: a `sent_at` may have told more.
    book.note(
        device_id,
        settle_time(one.event.occurred_at, message.received_at, book.clock_of(device_id)),
        message.received_at,
    )


def _is_direct(one: _Read) -> bool:
    """It says when it was sent, on a way that keeps nothing back: what waits behind a broker was sent long ago, too."""
    return one.event.sent_at is not None and one.admitted.message.origin is None


def _witnesses(taken: Sequence[_Read | _Unread]) -> dict[UUID, Witness]:
    return {
        one.admitted.device.id: Witness(one.admitted.device.division_id, claimed, one.admitted.message.received_at)
        for one in taken
        if isinstance(one, _Read) and (claimed := one.event.sent_at or one.event.occurred_at) is not None
    }


def _moment_of(one: _Read | _Unread) -> datetime:
    return one.time.at if isinstance(one, _Read) else one.admitted.message.received_at


# --- An event that could be read ----------------------------------------------------------------------------------


async def _take_in(
    connection: Connection, sitting: Sitting, one: _Read, wearer: Wearer, *, in_test_window: bool
) -> bool:
    """Whether it is new: a repeated one is only answered again."""
    message, device, now = one.admitted.message, one.admitted.device, sitting.now
    attributed = attribute_event(
        one.event,
        speaker_of(device),
        message.received_at,
        one.time,
        subject=subject_of(device.id, wearer.recipient_id),
        last_wearer_id=None if wearer.last_wearer_id is None else str(wearer.last_wearer_id),
        in_test_window=in_test_window,
    )
    sent = _sent(one, wearer, attributed.subject)
    counts = sitting.tally.of(message)
    store = SqlIntakeStore(connection)
    if not await take_in(store, sent, lambda: sitting.judge_event(attributed.subject, attributed), now):
        counts.events_repeated += 1
        return False
    counts.events_stored += 1
    await note_test(connection, one.timed, now)
    return True


def _sent(one: _Read, wearer: Wearer, subject: Subject) -> SentEvent:
    message, device, event = one.admitted.message, one.admitted.device, one.event
    key, lasting = event_identity(event, message.payload + message.part)
    identity = EventIdentity(
        device_id=device.id,
        identity=key,
        device_event_id=new_id(),
        payload_sha256=sha256(message.payload).digest(),
        packet_id=message.packet_id,
    )
    # Without consent to location only a cry keeps its place, in its own row and in its bytes (DOMAIN.md section 6).
    keeps_place = wearer.location_consent is True or event.event in _CRIES
    row = DeviceEventRow(
        id=identity.device_event_id,
        division_id=wearer.division_id or device.division_id,
        device_id=device.id,
        recipient_id=wearer.recipient_id,
        event=event.event,
        event_id=event.id,
        seq=event.seq,
        boot_id=event.boot_id,
        occurred_at=one.time.at,
        device_occurred_at=event.occurred_at,
        received_at=message.received_at,
        quality=one.time.quality,
        historical=one.time.historical,
        test=event.test,
        component=event.component,
        wants_ack=event.ack,
        evidence=event.evidence,
        location=event.location.model_dump(mode="json") if event.location is not None and keeps_place else None,
        payload=message.payload if event.location is None or keeps_place else b"",
    )
    return SentEvent(row=row, identity=identity, lasting=lasting, dup=message.dup, subject=subject)


def _sightings(taken: Sequence[_Read | _Unread]) -> list[readings.DeviceSighting]:
    sightings: dict[UUID, readings.DeviceSighting] = {}
    for one in taken:
        device = one.admitted.device
        seen = sightings.setdefault(
            device.id,
            readings.DeviceSighting(
                device_id=device.id, division_id=device.division_id, seen_at=one.admitted.message.received_at
            ),
        )
        if isinstance(one, _Read) and not one.time.historical:
            kind = EventKind(one.event.event)
            seen.worn = _WORN.get(kind, seen.worn)
            seen.charging = _CHARGING.get(kind, seen.charging)
            seen.measured_at = one.time.at
    return list(sightings.values())
