"""The clocks of devices, kept: who has given trouble is in the owner's memory, what is believed of them in their rows.

A device with a right clock costs one look into a set. The set may name too many devices - of a transaction that failed,
or of a row that has expired - which costs them a query, and never too few.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from alerts.explanation import Explanation, Param
from alerts.kinds import MaintenanceKind
from hub.ingest.clock_learning import learn
from hub.ingest.timekeeping import WRONG_CLOCK, Quality, SettledTime
from hub.storage import device_clocks, maintenance
from hub.storage.database import Connection
from hub.storage.device_clocks import RIGHT_CLOCK, ClockOnRecord, DeviceClock
from hub.storage.maintenance import MaintenanceReport

#: A device: by its id in the registry, by its name in a recording.
Key = TypeVar("Key", UUID, str)

#: While its readings need the ledger, a device's row says so anew this often; what is newer is not written again.
_TOUCH_EVERY = timedelta(hours=1)
#: A clock that nothing was learned of is right again when nothing wrong has come for so long.
_RIGHT_AFTER = timedelta(minutes=10)
#: An offset that moves by less is the same trouble.
_TOLD_AGAIN_MIN = timedelta(minutes=2)


class TroubledDevices:
    """Which devices have, or may have, a clock on record."""

    def __init__(self) -> None:
        self._devices: set[UUID] = set()

    def __contains__(self, device_id: UUID) -> bool:
        return device_id in self._devices

    async def load(self, connection: Connection) -> None:
        """Begin as the owner."""
        self._devices = await device_clocks.find_troubled(connection)

    async def look(self, connection: Connection, device_ids: Collection[UUID]) -> "ClockBook[UUID]":
        """What is on record of these devices, for one transaction that may change it."""
        self._devices.update(device_ids)
        return ClockBook(await device_clocks.look(connection, sorted(device_ids)) if device_ids else {})


@dataclass(slots=True)
class _Page:
    """One device's clock while a transaction works on it."""

    on_record: ClockOnRecord
    clock: DeviceClock
    newest_at: datetime | None
    needed: bool = False  #: Something was stored at another time than it was sent with.
    wrong: bool = False  #: A time came that no belief explains.


class ClockBook(Generic[Key]):
    """The clocks that one transaction - or, in a replay, one message - looks at."""

    def __init__(self, on_record: Mapping[Key, ClockOnRecord]) -> None:
        self._pages: dict[Key, _Page] = {
            device_id: _Page(one, one.clock, one.newest_at) for device_id, one in on_record.items()
        }

    def __contains__(self, device_id: Key) -> bool:
        return device_id in self._pages

    def is_on_record(self, device_id: Key) -> bool:
        """Whether it has given trouble before: something of it may be stored at another time than it was sent with."""
        page = self._pages.get(device_id)
        return page is not None and page.on_record.touched_at is not None

    def clock_of(self, device_id: Key) -> DeviceClock:
        """What is known of it by now."""
        page = self._pages.get(device_id)
        return RIGHT_CLOCK if page is None else page.clock

    def foresee(
        self, device_id: Key, claimed: datetime | None, received_at: datetime, *, direct: bool = False
    ) -> DeviceClock:
        """What would be known of it after a message of which it is not certain yet that it is new."""
        page = self._pages.get(device_id)
        if page is None or claimed is None:
            return self.clock_of(device_id)
        return learn(page.clock, claimed, received_at, newest_at=page.newest_at, direct=direct)

    def learn(self, device_id: Key, claimed: datetime, received_at: datetime, *, direct: bool = False) -> None:
        """Take a new message as evidence."""
        self._pages[device_id].clock = self.foresee(device_id, claimed, received_at, direct=direct)

    def note(self, device_id: Key, time: SettledTime, received_at: datetime) -> None:
        """Something of this device is stored at this time."""
        page = self._pages.get(device_id)
        if page is None:
            return
        if time.quality in WRONG_CLOCK:
            page.clock = replace(page.clock, wrong_at=received_at)
            page.wrong = True
        if time.quality not in (Quality.DEVICE, Quality.MISSING):
            page.needed = True
        if not time.historical and (page.newest_at is None or time.at > page.newest_at):
            page.newest_at = time.at

    def settle_reports(self, received_at: Mapping[Key, datetime]) -> tuple[list[Key], list[Key]]:
        """Whose clock is to be told of, and whose is right again.

        To be told: by how much it is off is newly believed, or nothing explains it. `received_at`: when each of the
        devices was last heard.
        """
        wrong: list[Key] = []
        right: list[Key] = []
        for device_id, page in self._pages.items():
            before, clock = page.on_record.clock, page.clock
            is_news = bool(clock.offset) and abs(clock.offset - before.offset) > _TOLD_AGAIN_MIN
            if is_news or (page.wrong and not clock.offset):
                wrong.append(device_id)
                page.clock = replace(clock, reported=True)
            elif clock.reported and _is_right(clock, before, received_at.get(device_id)):
                right.append(device_id)
                page.clock = replace(clock, reported=False)
        return sorted(wrong), sorted(right)

    def page_of(self, device_id: Key, now: datetime) -> ClockOnRecord:
        """What is to be on record of it from now on."""
        page = self._pages[device_id]
        return ClockOnRecord(page.clock, now, page.newest_at)

    async def save(self: "ClockBook[UUID]", connection: Connection, now: datetime) -> None:
        """Write down what changed, in the transaction of what changed it."""
        changed = {
            device_id: page.clock
            for device_id, page in self._pages.items()
            if page.clock != page.on_record.clock or (page.needed and _is_stale(page.on_record.touched_at, now))
        }
        await device_clocks.save(connection, changed, now)


def _is_right(clock: DeviceClock, before: DeviceClock, received_at: datetime | None) -> bool:
    if clock.offset or clock.supposed is not None or received_at is None:
        return False
    return bool(before.offset) or clock.wrong_at is None or received_at - clock.wrong_at >= _RIGHT_AFTER


def _is_stale(touched_at: datetime | None, now: datetime) -> bool:
    return touched_at is None or now - touched_at >= _TOUCH_EVERY


@dataclass(frozen=True, slots=True)
class Witness:
    """The message that a clock was last judged by."""

    division_id: str
    claimed: datetime
    received_at: datetime


async def report_clocks(
    connection: Connection, book: ClockBook[UUID], witnesses: Mapping[UUID, Witness], now: datetime
) -> None:
    """Say of clocks that are newly known to be wrong by how much, take back what was said of those that are right."""
    wrong, right = book.settle_reports({device_id: one.received_at for device_id, one in witnesses.items()})
    for device_id in wrong:
        witness = witnesses.get(device_id)
        if witness is not None:
            await report_clock(connection, device_id, witness, book.clock_of(device_id).offset, now)
    for device_id in right:
        await maintenance.clear(connection, MaintenanceKind.CLOCK_WRONG, device_id, now)


async def report_clock(
    connection: Connection, device_id: UUID, witness: Witness, offset: timedelta, now: datetime
) -> None:
    """One item a device, however often it is told of."""
    report = MaintenanceReport(
        kind=MaintenanceKind.CLOCK_WRONG,
        division_id=witness.division_id,
        device_id=device_id,
        recipient_id=None,
        explanation=explain_clock(witness.claimed, witness.received_at, offset),
    )
    await maintenance.report(connection, report, now)


def explain_clock(claimed: datetime, received_at: datetime, offset: timedelta) -> Explanation:
    """`clock_wrong`, or `clock_offset` with `offset_s`: what the hub adds to the device's times."""
    params: dict[str, Param] = {"device_time": claimed.isoformat(), "received_at": received_at.isoformat()}
    if not offset:
        return Explanation(code="clock_wrong", params=params)
    return Explanation(code="clock_offset", params={**params, "offset_s": round(offset.total_seconds())})
