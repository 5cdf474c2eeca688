"""Clocks of devices that have given trouble: what is believed of them and what is supposed, one row a device.

A device with a right clock has no row. What the fields mean is decided in `hub.ingest.clock_learning`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """An offset that several messages agree in, and that is not believed yet."""

    low: timedelta  #: The least that a message was late by: the nearest to the offset itself.
    high: timedelta  #: The most.
    messages: int
    from_at: datetime  #: When the first of them was received.
    continues: bool  #: They follow on from the last live one: it may as well be a buffer that is being emptied.


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceClock:
    """What is known of one device's clock."""

    offset: timedelta = timedelta()  #: Believed: added to what the device says. Zero: it is right, as far as known.
    former_offset: timedelta | None = None  #: What was believed before.
    supposed: Supposition | None = None
    wrong_at: datetime | None = None  #: When a time last came that no belief explained.
    reported: bool = False  #: A maintenance item says so, and is open.


#: Of every device without a row.
RIGHT_CLOCK = DeviceClock()


@dataclass(frozen=True, slots=True)
class ClockOnRecord:
    """A clock as its row holds it; `touched_at` is None where there is no row."""

    clock: DeviceClock
    touched_at: datetime | None
    newest_at: datetime | None  #: The newest time the device was believed live at.


async def find_troubled(connection: Connection) -> set[UUID]:
    """The devices that have a row."""
    cursor = await connection.execute(queries("device_clocks").troubled)
    return {device_id for (device_id,) in await cursor.fetchall()}


async def look(connection: Connection, device_ids: Sequence[UUID]) -> dict[UUID, ClockOnRecord]:
    """What is on record of each of these devices' clocks."""
    cursor = await connection.execute(queries("device_clocks").look, {"devices": list(device_ids)})
    return {device_id: _read(*columns) for device_id, *columns in await cursor.fetchall()}


async def save(connection: Connection, clocks: Mapping[UUID, DeviceClock], now: datetime) -> None:
    """Write these clocks down; each row also says that it was needed now."""
    if not clocks:
        return
    rows = [_row(device_id, clocks[device_id], now) for device_id in sorted(clocks)]
    await connection.execute(queries("device_clocks").save, {name: [row[name] for row in rows] for name in rows[0]})


def _read(
    offset: timedelta | None,
    former: timedelta | None,
    low: timedelta | None,
    high: timedelta | None,
    messages: int | None,
    from_at: datetime | None,
    continues: bool | None,
    wrong_at: datetime | None,
    reported: bool | None,
    touched_at: datetime | None,
    newest_at: datetime | None,
) -> ClockOnRecord:
    if offset is None:
        return ClockOnRecord(RIGHT_CLOCK, None, newest_at)
    supposed = None
    if low is not None and high is not None and messages is not None and from_at is not None:
        supposed = Supposition(low=low, high=high, messages=messages, from_at=from_at, continues=bool(continues))
    clock = DeviceClock(
        offset=offset, former_offset=former, supposed=supposed, wrong_at=wrong_at, reported=bool(reported)
    )
    return ClockOnRecord(clock, touched_at, newest_at)


def _row(device_id: UUID, clock: DeviceClock, now: datetime) -> dict[str, Any]:
    supposed = clock.supposed
    return {
        "device_id": device_id,
        "offset": clock.offset,
        "former": clock.former_offset,
        "low": supposed and supposed.low,
        "high": supposed and supposed.high,
        "messages": supposed and supposed.messages,
        "from_at": supposed and supposed.from_at,
        "continues": supposed and supposed.continues,
        "wrong_at": clock.wrong_at,
        "reported": clock.reported,
        "touched_at": now,
    }
