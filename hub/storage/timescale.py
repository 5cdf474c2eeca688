"""Makes the readings TimescaleDB's: of a new database at its first migration, of an old one by `--to-timescale`.

Both run the same statements; a new one merely has nothing to copy. The copy commits day by day and goes on where it was
interrupted. Until the last transaction, which counts and replaces, the old table is the only one that anybody reads or
writes. The aggregates fill by their policies, which begin at once; what is not filled is computed when it is asked for.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

from hub.storage.addresses import conninfo
from hub.storage.migrate import TimescaleWish
from hub.storage.queries import queries
from hub.storage.time_series import TimeSeriesPeriods

#: The columnstore's present names (2.18), refreshing in batches (2.19), an aggregate's `chunk_interval` (2.20).
_OLDEST = (2, 20)

_DAY = timedelta(days=1)
#: When an aggregate is brought up to date, and which newest part is left to be computed when it is asked for. A late
#: reading makes the whole county's bucket be computed again, so that long buckets come less often.
_REFRESHES = {
    "reading_1m": (timedelta(hours=1), timedelta(minutes=1)),
    "reading_1h": (timedelta(hours=1), timedelta(minutes=10)),
    "reading_1d": (timedelta(days=1), timedelta(hours=1)),
}

SyncConnection = psycopg.Connection[Any]


class TimescaleError(RuntimeError):
    """TimescaleDB cannot take over these readings; the sentence says what to do."""


class _CountsDifferError(RuntimeError):
    """The copy is not what it was made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What `move_to_timescale` did."""

    readings: int
    copied_now: int  #: Less than `readings` where an interrupted move went on.


def settle_new_database(dsn: str, connection: SyncConnection, wish: TimescaleWish) -> str | None:
    """Give a database without readings its hypertable, if that is wished and possible.

    Returns a sentence for the operator where TimescaleDB is there and was not used.

    Raises:
        TimescaleError: it is wished for and cannot be had.
    """
    if wish is TimescaleWish.OFF or not _is_native(connection):
        return None
    obstacle = _obstacle(connection)
    if obstacle is None:
        try:
            _create_extension(dsn)
            with connection.transaction():
                _create_moving(connection)
                _replace(connection)
        except (psycopg.Error, TimescaleError) as failure:
            obstacle = f"TimescaleDB cannot be used: {failure}".strip()
        else:
            return None
    if wish is TimescaleWish.ON:
        raise TimescaleError(obstacle)
    return obstacle if _ask(connection, queries("timescale").is_available) else None


def move_to_timescale(dsn: str, tell: Callable[[str], None]) -> Move:
    """Move an installation's readings into a hypertable; nobody else may be working on them.

    `tell` gets a line for each partition that was copied.

    Raises:
        TimescaleError: there is no TimescaleDB, the readings are its already, or the counts differ.
    """
    with psycopg.connect(conninfo(dsn, name="migrate"), autocommit=True) as connection:
        connection.execute(queries("migrate").lock_migrations)  # released with the connection
        return _move(dsn, connection, tell)


def _move(dsn: str, connection: SyncConnection, tell: Callable[[str], None]) -> Move:
    if not _is_native(connection):
        raise TimescaleError("The readings are TimescaleDB's already; there is nothing to move.")
    statements = queries("timescale")
    if not _ask(connection, statements.is_available):
        raise TimescaleError(_NOT_INSTALLED)
    if not _ask(connection, statements.is_moving):
        _create_extension(dsn)
        with connection.transaction():
            _create_moving(connection)
    copied = _copy_partitions(connection, tell)
    try:
        with connection.transaction():
            readings = _replace(connection)
    except _CountsDifferError as difference:
        connection.execute(statements.discard)
        raise TimescaleError(
            f"{difference}: somebody wrote meanwhile. Nothing was replaced, the copy is discarded. "
            "Stop whatever writes, and run the command again."
        ) from difference
    return Move(readings=readings, copied_now=copied)


_NOT_INSTALLED = (
    "This PostgreSQL has no TimescaleDB: install it beside the server, and add it to shared_preload_libraries."
)


def _obstacle(connection: SyncConnection) -> str | None:
    statements = queries("timescale")
    if not _ask(connection, statements.is_available):
        return _NOT_INSTALLED
    if _ask(connection, statements.has_readings):
        return "The readings are kept without TimescaleDB: stop the hub, and run `hub migrate --to-timescale`."
    return None


def _is_native(connection: SyncConnection) -> bool:
    return bool(_ask(connection, queries("time_series").is_native))


def _create_extension(dsn: str) -> None:
    """On a connection of its own: a server that has not preloaded TimescaleDB ends the connection that asks for it."""
    try:
        with psycopg.connect(conninfo(dsn, name="migrate"), autocommit=True) as connection:
            connection.execute(queries("timescale").create_extension)
            version = str(_ask(connection, queries("timescale").version))
            licence = _ask(connection, queries("timescale").licence)
    except psycopg.Error as failure:
        raise TimescaleError(f"TimescaleDB cannot be switched on: {failure}") from failure
    if not _is_new_enough(version):
        raise TimescaleError(
            f"This is TimescaleDB {version}; the hub needs {'.'.join(map(str, _OLDEST))} or later: "
            "install it, then ALTER EXTENSION timescaledb UPDATE."
        )
    if licence != "timescale":
        raise TimescaleError(
            "This is TimescaleDB's Apache edition, without columnstore, continuous aggregates and policies: "
            "install the community edition (timescaledb.license = 'timescale')."
        )


def _is_new_enough(version: str) -> bool:
    found = re.match(r"(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) >= _OLDEST


def _create_moving(connection: SyncConnection) -> None:
    statements = queries("timescale")
    for statement in (
        statements.create_moving,
        statements.make_hypertable,
        statements.index_times,
        statements.index_locations,
        statements.index_receipts,
        statements.create_progress,
    ):
        connection.execute(statement)


def _copy_partitions(connection: SyncConnection, tell: Callable[[str], None]) -> int:
    copied = 0
    for (partition,) in connection.execute(queries("timescale").partitions).fetchall():
        rows = sum(_copy_day(connection, partition, day) for day in _days_to_copy(connection, partition))
        if rows:
            tell(f"{partition}: {rows} readings copied.")
        copied += rows
    return copied


def _days_to_copy(connection: SyncConnection, partition: str) -> Sequence[datetime]:
    span = connection.execute(queries("timescale").partition_span, {"partition": partition}).fetchone()
    from_at, last_at = span or (None, None)
    if from_at is None or last_at is None:
        return []
    return [from_at + _DAY * number for number in range((last_at - from_at) // _DAY + 1)]


def _copy_day(connection: SyncConnection, partition: str, day: datetime) -> int:
    statements = queries("timescale")
    span = {"partition": partition, "from": day, "until": day + _DAY}
    with connection.transaction():
        rows = connection.execute(statements.copy_span, span).rowcount
        connection.execute(statements.record_span, span)
    return rows


def _replace(connection: SyncConnection) -> int:
    """Count, put the hypertable in the old one's place with all that belongs to it; returns the count."""
    statements = queries("timescale")
    connection.execute(statements.lock_readings)
    before, after = connection.execute(statements.counts).fetchone() or (None, None)
    if before != after:
        raise _CountsDifferError(f"There are {before} readings and {after} copies")
    connection.execute(statements.replace)
    connection.execute(statements.enable_columnstore)
    for (create_aggregate,) in connection.execute(statements.aggregates).fetchall():
        connection.execute(create_aggregate.encode())
    connection.execute(statements.index_aggregates)
    _add_policies(connection, TimeSeriesPeriods())
    return int(after or 0)


def _add_policies(connection: SyncConnection, periods: TimeSeriesPeriods) -> None:
    statements = queries("timescale")
    connection.execute(statements.columnstore_policy, {"after": periods.unpacked})
    connection.execute(statements.retention_policy, {"relation": "reading", "after": periods.readings})
    for aggregate, (end, every) in _REFRESHES.items():
        kept = periods.minutes if aggregate == "reading_1m" else periods.readings
        connection.execute(
            statements.refresh_policy, {"aggregate": aggregate, "start": kept, "end": end, "every": every}
        )
        connection.execute(statements.retention_policy, {"relation": aggregate, "after": kept})


def _ask(connection: SyncConnection, question: LiteralString) -> Any:
    row = connection.execute(question).fetchone()
    return row[0] if row else None
