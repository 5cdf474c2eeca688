"""What the two databases do differently when a test lets time pass: by the hub's housekeeping or by policies."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from hub.identity import new_id
from hub.storage import readings, time_series
from hub.storage.database import Connection, connect
from hub.storage.readings import ReadingRow
from hub.storage.retention import RetentionPeriods, delete_expired
from hub.storage.rollups import Resolution, SeriesPoint, read_series
from hub.storage.scope import Scope
from hub.storage.time_series import TimeSeries

VILLAGE = "990101001001"


class Store(ABC):
    """A migrated database, and what time does to it."""

    kind: TimeSeries

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    @abstractmethod
    async def pass_time(self) -> None:
        """Let everything that happens by schedule happen once."""

    @abstractmethod
    def pack(self) -> int:
        """Put every chunk into the columnstore now; returns how many were. PostgreSQL alone has none."""

    @abstractmethod
    def stored_minutes(self) -> int:
        """How many buckets of a minute need not be computed when they are asked for."""

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connection]:
        async with await connect(self.dsn, name="test") as connection:
            yield connection

    async def insert(self, rows: Sequence[ReadingRow]) -> int:
        async with self.connected() as connection:
            return await readings.insert(connection, rows)

    async def series(
        self,
        resolution: Resolution,
        *,
        device_id: UUID | None = None,
        recipient_id: UUID | None = None,
        scope: Scope | None = None,
    ) -> list[SeriesPoint]:
        async with self.connected() as connection:
            now = await database_now(connection)
            return await read_series(
                connection,
                scope=scope or Scope.everything(),
                from_at=now - timedelta(days=500),
                until_at=now + timedelta(days=2),
                resolution=resolution,
                device_id=device_id,
                recipient_id=recipient_id,
            )

    def run(self, statement: str, **params: object) -> list[dict[str, Any]]:
        with psycopg.connect(self.dsn, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(statement.encode(), params or None)
            return cursor.fetchall() if cursor.description else []

    @property
    def now(self) -> datetime:
        now: datetime = self.run("SELECT clock_timestamp() AS now")[0]["now"]
        return now


class NativeStore(Store):
    """PostgreSQL from the wheel."""

    kind = TimeSeries.NATIVE

    async def pass_time(self) -> None:
        async with self.connected() as connection:
            await time_series.keep_partitions(connection)
            await time_series.refresh_rollups(connection, self.now)
            async with connection.transaction():
                await delete_expired(connection, RetentionPeriods())

    def pack(self) -> int:
        return 0

    def stored_minutes(self) -> int:
        return int(
            self.run("SELECT count(*) AS n FROM rollup_1m WHERE bucket < (SELECT shown_until FROM rollup_progress)")[0][
                "n"
            ]
        )


class TimescaleStore(Store):
    """TimescaleDB; one backend has no background workers, so that the jobs are run by name."""

    kind = TimeSeries.TIMESCALE

    async def pass_time(self) -> None:
        for job in self.run("SELECT job_id FROM timescaledb_information.jobs WHERE job_id >= 1000 ORDER BY job_id"):
            self.run(f"CALL run_job({job['job_id']})")
        async with self.connected() as connection:
            await time_series.keep_partitions(connection)
            await time_series.refresh_rollups(connection, self.now)
            async with connection.transaction():
                await delete_expired(connection, RetentionPeriods())

    def pack(self) -> int:
        chunks = self.run("SELECT chunk::text FROM show_chunks('reading') AS chunk")
        for chunk in chunks:
            self.run(f"CALL convert_to_columnstore('{chunk['chunk']}', if_not_columnstore => true)")
        packed = self.run(
            "SELECT count(*) AS packed FROM timescaledb_information.chunks "
            "WHERE hypertable_name = 'reading' AND is_compressed"
        )
        return int(packed[0]["packed"])

    def stored_minutes(self) -> int:
        (where,) = self.run(
            "SELECT format('%%I.%%I', materialization_hypertable_schema, materialization_hypertable_name) AS name "
            "FROM timescaledb_information.continuous_aggregates WHERE view_name = %(view)s",
            view="reading_1m",
        )
        return int(self.run(f"SELECT count(*) AS n FROM {where['name']}")[0]["n"])


async def database_now(connection: Connection) -> datetime:
    cursor = await connection.execute("SELECT clock_timestamp()")
    row = await cursor.fetchone()
    assert row is not None
    now: datetime = row[0]
    return now


def reading(
    device_id: UUID,
    measured_at: datetime,
    *,
    identity: bytes | None = None,
    recipient_id: UUID | None = None,
    division_id: str = VILLAGE,
    **measures: Any,
) -> ReadingRow:
    """A row as ingest would make it."""
    return ReadingRow(
        device_id=device_id,
        measured_at=measured_at,
        identity=identity or new_id().bytes,
        division_id=division_id,
        recipient_id=recipient_id,
        device_measured_at=measured_at,
        received_at=measured_at,
        quality="device",
        historical=False,
        **measures,
    )
