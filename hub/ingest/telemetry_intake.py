"""Readings and statuses, taken in: decoded, attributed and stored in bulk - in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from device_adapters import Decoded, DeviceStatus, UnreadableError
from hub.ingest.admission import Admitted
from hub.ingest.breath import Breath
from hub.ingest.clock_keeping import report_clocks
from hub.ingest.decoding import keep, read_telemetry
from hub.ingest.monitoring import Sitting
from hub.ingest.observing import Batch, Measured, observe
from hub.ingest.reading_times import settle_readings, witnesses_of
from hub.ingest.sent_identity import reading_identity
from hub.ingest.tally import Tally
from hub.ingest.timekeeping import Quality, settle_time
from hub.storage import maintenance, quarantine, readings, senders
from hub.storage.database import Connection
from hub.storage.maintenance import MaintenanceReport
from hub.storage.readings import DeviceSighting, ReadingRow
from hub.storage.senders import Wearer
from hub.storage.tallies import LATE_FROM, IntakeCounts

#: The fields of a reading that have a column of the same name.
_MEASURES = (
    "seq",
    "heart_rate_bpm",
    "spo2_pct",
    "respiration_rate_bpm",
    "systolic_mmhg",
    "diastolic_mmhg",
    "body_temperature_c",
    "steps",
    "activity",
    "posture",
    "in_bed",
    "body_movement",
    "worn",
    "charging",
    "battery_pct",
    "signal_dbm",
)
#: What a reading tells about its device.
_STATE_FIELDS = ("battery_pct", "charging", "worn", "signal_dbm")


async def take_in_telemetry(connection: Connection, batch: Sequence[Admitted], sitting: Sitting) -> None:
    """Store a batch of telemetry and status messages, judge it, and set aside what cannot be read."""
    now = sitting.now
    measured: list[Measured] = []
    statuses: list[tuple[Admitted, DeviceStatus]] = []
    unread: list[tuple[Admitted, UnreadableError]] = []
    breath = Breath(sitting.monitoring.right_of_way)
    for admitted in batch:
        await breath.take()
        try:
            decoded = read_telemetry(admitted.message)
        except UnreadableError as error:
            unread.append((admitted, keep(error)))
            sitting.tally.of(admitted.message).telemetry_unreadable += 1
            continue
        _count_read(sitting.tally.of(admitted.message), decoded)
        measured.extend(_measured(admitted, decoded))
        if decoded.status is not None:
            statuses.append((admitted, decoded.status))
    kept = await _store_readings(connection, measured, sitting)
    await observe(connection, sitting, Batch(batch, kept, statuses))
    await readings.see_devices(connection, _sightings(batch, kept, statuses))
    for admitted, _ in unread:
        sitting.tally.of(admitted.message).quarantined += 1
    await _quarantine(connection, unread)
    await _report_unread(connection, unread, now)


def _measured(admitted: Admitted, decoded: Decoded) -> list[Measured]:
    message = admitted.message
    if decoded.untimed:
        sent = message.payload + message.part
        return [
            Measured(admitted, reading, reading_identity(reading, sent), settle_time(None, message.received_at))
            for reading in decoded.readings
        ]
    return [
        Measured(admitted, reading, reading_identity(reading), settle_time(reading.measured_at, message.received_at))
        for reading in decoded.readings
    ]


def _count_read(counts: IntakeCounts, decoded: Decoded) -> None:
    counts.telemetry_read += 1
    counts.readings_decoded += len(decoded.readings)
    counts.statuses += decoded.status is not None


async def _store_readings(connection: Connection, measured: Sequence[Measured], sitting: Sitting) -> list[Measured]:
    """Store them, and return those that are not known to be repeated, with whose each was."""
    kept, book = await settle_readings(connection, measured, sitting)
    await report_clocks(connection, book, witnesses_of(measured), sitting.now)
    await book.save(connection, sitting.now)
    wearers = await senders.find_wearers(connection, [(one.admitted.device.id, one.time.at) for one in kept])
    for one, wearer in zip(kept, wearers, strict=True):
        one.wearer = wearer
    await _insert(connection, measured, kept, sitting.tally)
    return kept


async def _insert(connection: Connection, measured: Sequence[Measured], kept: Sequence[Measured], tally: Tally) -> None:
    """One statement an hour and way in - nearly always one in all - so that each count is of its own rows."""
    groups: dict[int, tuple[IntakeCounts, list[ReadingRow]]] = {}
    for one in measured:
        tally.of(one.admitted.message).readings_repeated += 1
    for one in kept:
        if one.wearer is not None:
            counts = tally.of(one.admitted.message)
            groups.setdefault(id(counts), (counts, []))[1].append(_row(one, one.wearer))
    for counts, rows in groups.values():
        stored = await readings.insert(connection, rows)
        counts.readings_stored += stored
        counts.readings_repeated -= stored
        counts.readings_late += sum(row.historical and row.received_at - row.measured_at > LATE_FROM for row in rows)


def _row(one: Measured, wearer: Wearer) -> ReadingRow:
    reading, device = one.reading, one.admitted.device
    row = ReadingRow(
        device_id=device.id,
        measured_at=one.time.at,
        identity=one.identity,
        division_id=wearer.division_id or device.division_id,
        recipient_id=wearer.recipient_id,
        device_measured_at=None if one.time.quality is Quality.MISSING else reading.measured_at,
        received_at=one.admitted.message.received_at,
        quality=one.time.quality,
        historical=one.time.historical,
    )
    for name in _MEASURES:
        setattr(row, name, getattr(reading, name))
    # Without consent to location, coordinates are dropped as they come in (DOMAIN.md section 6).
    if reading.location is not None and wearer.location_consent:
        location = reading.location
        row.lat, row.lon, row.accuracy_m = location.lat, location.lon, location.accuracy_m
        row.location_source, row.location_datum = location.source, location.datum
        row.location_fixed_at = location.fixed_at
    if reading.model_extra:
        row.extra = readings.extra_fields(reading.model_extra)
    return row


def _sightings(
    batch: Sequence[Admitted], measured: Sequence[Measured], statuses: Sequence[tuple[Admitted, DeviceStatus]]
) -> list[DeviceSighting]:
    """What the batch tells about each device, the newest live reading deciding."""
    sightings: dict[UUID, DeviceSighting] = {}
    for admitted in batch:
        seen = sightings.get(admitted.device.id)
        if seen is None:
            sightings[admitted.device.id] = DeviceSighting(
                device_id=admitted.device.id,
                division_id=admitted.device.division_id,
                seen_at=admitted.message.received_at,
            )
        else:
            seen.seen_at = max(seen.seen_at, admitted.message.received_at)
    for one in measured:
        seen = sightings[one.admitted.device.id]
        if one.time.historical or (seen.measured_at is not None and seen.measured_at > one.time.at):
            continue
        seen.measured_at = one.time.at
        for name in _STATE_FIELDS:
            value = getattr(one.reading, name)
            if value is not None:
                setattr(seen, name, value)
    for admitted, status in statuses:
        seen = sightings[admitted.device.id]
        seen.online = status.online
        seen.firmware = status.firmware or seen.firmware
        seen.boot_id = status.boot_id or seen.boot_id
    return list(sightings.values())


async def set_aside_telemetry(
    connection: Connection, admitted: Admitted, error: UnreadableError, sitting: Sitting
) -> None:
    """Quarantine one message, and say so in the maintenance queue."""
    counts = sitting.tally.of(admitted.message)
    counts.telemetry_unreadable += 1
    counts.quarantined += 1
    await _quarantine(connection, [(admitted, error)])
    await _report_unread(connection, [(admitted, error)], sitting.now)


async def _quarantine(connection: Connection, unread: Sequence[tuple[Admitted, UnreadableError]]) -> None:
    await quarantine.put(
        connection,
        [
            quarantine.QuarantinedMessage(
                division_id=admitted.device.division_id,
                device_id=admitted.device.id,
                topic=admitted.message.topic,
                reason=Explanation(code=error.code, params=error.params),
                payload=admitted.message.payload,
                received_at=admitted.message.received_at,
            )
            for admitted, error in unread
        ],
    )


async def _report_unread(
    connection: Connection, unread: Sequence[tuple[Admitted, UnreadableError]], now: datetime
) -> None:
    """One maintenance item a device, however many of its messages cannot be read."""
    reports = {
        admitted.device.id: MaintenanceReport(
            kind=MaintenanceKind.QUARANTINE,
            division_id=admitted.device.division_id,
            device_id=admitted.device.id,
            recipient_id=None,
            explanation=Explanation(code=MaintenanceKind.QUARANTINE, params={"reason": error.code, **error.params}),
        )
        for admitted, error in unread
    }
    for device_id in sorted(reports):
        await maintenance.report(connection, reports[device_id], now)
