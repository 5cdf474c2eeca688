"""The clocks of a recording's devices: learned and applied as in the hub, kept in memory instead of rows."""

from collections.abc import Sequence
from datetime import datetime

from alerts.decisions import ClearMaintenance, Finding, ReportMaintenance
from alerts.kinds import MaintenanceKind
from device_adapters import Decoded, DeviceEvent, Reading
from hub.ingest.clock_keeping import ClockBook, explain_clock
from hub.ingest.sent_identity import identity_elsewhere, reading_identity
from hub.ingest.timekeeping import WRONG_CLOCK, SettledTime, settle_event_time, settle_time
from hub.storage.device_clocks import RIGHT_CLOCK, ClockOnRecord

_UNTROUBLED = ClockOnRecord(RIGHT_CLOCK, None, None)
Timed = list[tuple[Reading, SettledTime]]


class RecordedClocks:
    """Of every device that has given trouble: its clock, and which of its readings were taken in since."""

    def __init__(self) -> None:
        self._on_record: dict[str, ClockOnRecord] = {}
        self._taken: dict[str, set[bytes]] = {}

    def settle_readings(
        self, device_id: str, decoded: Decoded, received_at: datetime
    ) -> tuple[Timed, tuple[Finding, ...]]:
        """The readings of one message that are not known to be repeated, and what is found of their clock."""
        if decoded.untimed or not decoded.readings:
            return [(reading, settle_time(None, received_at)) for reading in decoded.readings], ()
        timed = [(reading, settle_time(reading.measured_at, received_at)) for reading in decoded.readings]
        if not self._is_suspect(device_id, [time for _, time in timed]):
            return timed, ()
        book = self._look(device_id)
        taken = self._taken.setdefault(device_id, set())
        newest = max(decoded.readings, key=lambda reading: reading.measured_at)
        if _identity(newest) not in taken:
            book.learn(device_id, newest.measured_at, received_at)
        fresh: Timed = []
        for reading in decoded.readings:
            if (identity := _identity(reading)) not in taken:
                taken.add(identity)
                time = settle_time(reading.measured_at, received_at, book.clock_of(device_id))
                book.note(device_id, time, received_at)
                fresh.append((reading, time))
        return fresh, self._conclude(book, device_id, newest.measured_at, received_at)

    def settle_event(
        self, device_id: str, event: DeviceEvent, received_at: datetime
    ) -> tuple[SettledTime, tuple[Finding, ...]]:
        """The time of a new event, and what is found of its clock."""
        claimed = event.sent_at or event.occurred_at
        time = settle_time(event.occurred_at, received_at)
        if claimed is None or not self._is_suspect(device_id, [time]):
            return time, ()
        book = self._look(device_id)
        book.learn(device_id, claimed, received_at, direct=event.sent_at is not None)
        clock = book.clock_of(device_id)
        book.note(device_id, settle_time(event.occurred_at, received_at, clock), received_at)
        settled = settle_event_time(event.occurred_at, event.sent_at, received_at, clock)
        return settled, self._conclude(book, device_id, claimed, received_at)

    def _is_suspect(self, device_id: str, times: Sequence[SettledTime]) -> bool:
        return device_id in self._on_record or any(time.historical or time.quality in WRONG_CLOCK for time in times)

    def _look(self, device_id: str) -> ClockBook[str]:
        return ClockBook({device_id: self._on_record.get(device_id, _UNTROUBLED)})

    def _conclude(
        self, book: ClockBook[str], device_id: str, claimed: datetime, received_at: datetime
    ) -> tuple[Finding, ...]:
        wrong, right = book.settle_reports({device_id: received_at})
        self._on_record[device_id] = book.page_of(device_id, received_at)
        kind = MaintenanceKind.CLOCK_WRONG
        if wrong:
            explanation = explain_clock(claimed, received_at, book.clock_of(device_id).offset)
            return (ReportMaintenance(kind=kind, explanation=explanation, device_id=device_id),)
        return (ClearMaintenance(kind=kind, device_id=device_id),) if right else ()


def _identity(reading: Reading) -> bytes:
    return identity_elsewhere(reading_identity(reading), reading.measured_at)
