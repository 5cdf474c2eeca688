"""The one module that knows which of the two the readings are kept by: PostgreSQL alone, or with TimescaleDB.

Native: weekly partitions, roll-up tables, and this module's upkeep by housekeeping. TimescaleDB: a hypertable, its
columnstore, continuous aggregates, and policies that do the upkeep themselves. Names, columns and answers are the same;
who stores or reads a reading need not ask.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.rollup_refresh import refresh_rollups as refresh_native_rollups


class TimeSeries(StrEnum):
    """What keeps the readings."""

    NATIVE = "native"  #: PostgreSQL's range partitions.
    TIMESCALE = "timescale"  #: TimescaleDB's hypertable.


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSeriesPeriods:
    """How long readings and what is computed from them are kept: 12 months, places 30 days (DOMAIN.md section 6)."""

    readings: timedelta = timedelta(days=365)
    #: A minute's roll-up is larger than the one reading it often holds; hours and days are kept as the readings.
    minutes: timedelta = timedelta(days=14)
    locations: timedelta = timedelta(days=30)
    #: TimescaleDB packs a week this long after it ended: when its places have been wiped, and few come late.
    unpacked: timedelta = timedelta(days=35)


async def time_series_of(connection: Connection) -> TimeSeries:
    """What this database keeps its readings by."""
    cursor = await connection.execute(queries("time_series").is_native)
    row = await cursor.fetchone()
    return TimeSeries.NATIVE if row is not None and row[0] else TimeSeries.TIMESCALE


async def refresh_rollups(connection: Connection, now: datetime) -> None:
    """Compute what closed or came late since the last time. TimescaleDB does so by its own schedule."""
    if await _asked_outside(connection) is TimeSeries.NATIVE:
        await refresh_native_rollups(connection, now)


async def keep_partitions(connection: Connection, periods: TimeSeriesPeriods | None = None) -> int:
    """Make the weeks that will be needed, drop those that have served; returns how many were made.

    TimescaleDB makes its chunks when a reading comes and drops them by its policy.
    """
    if await _asked_outside(connection) is TimeSeries.TIMESCALE:
        return 0
    periods = periods or TimeSeriesPeriods()
    statements = queries("time_series")
    async with connection.transaction():
        await connection.execute(statements.wait_briefly)
        cursor = await connection.execute(statements.ensure_partitions)
        made = await cursor.fetchone()
    async with connection.transaction():
        await connection.execute(statements.wait_briefly)
        await connection.execute(statements.drop_partitions, {"period": periods.readings})
    return 0 if made is None else int(made[0])


async def delete_expired_rollups(connection: Connection, periods: TimeSeriesPeriods) -> None:
    """Delete what was computed and has served its time; TimescaleDB's policies drop it."""
    if await time_series_of(connection) is TimeSeries.TIMESCALE:
        return
    statements = queries("time_series")
    await connection.execute(statements.expired_minutes, {"period": periods.minutes})
    await connection.execute(statements.expired_hours, {"period": periods.readings})
    await connection.execute(statements.expired_days, {"period": periods.readings})


async def wipe_locations(connection: Connection, now: datetime, periods: TimeSeriesPeriods) -> None:
    """Wipe the places of readings that are older than places are kept; the readings stay."""
    statements = queries("time_series")
    packed_before = now - periods.unpacked
    # constants, not a prepared statement's parameters: the planner must see which chunks the bounds leave out
    await connection.execute(
        statements.locations, {"from": packed_before, "until": now - periods.locations}, prepare=False
    )
    cursor = await connection.execute(statements.located_devices, {"until": packed_before}, prepare=False)
    located = await cursor.fetchall()
    if located:
        await connection.execute(statements.unpack_freely)
    for device_id, from_at, until_at in located:
        await connection.execute(
            statements.device_locations, {"device_id": device_id, "from": from_at, "until": until_at}, prepare=False
        )


async def _asked_outside(connection: Connection) -> TimeSeries:
    """The question in a transaction of its own, so that the work after it has its own ones too."""
    async with connection.transaction():
        return await time_series_of(connection)
