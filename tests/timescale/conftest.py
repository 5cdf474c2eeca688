"""One suite, two databases: each test that asks for `store` runs on PostgreSQL alone and on TimescaleDB."""

from collections.abc import Iterator
from typing import cast

import psycopg
import pytest

from hub.storage.migrate import TimescaleWish, migrate
from hub.storage.time_series import TimeSeries
from tests.timescale.stores import NativeStore, Store, TimescaleStore
from tests.timescale.wasm_server import TimescaleUnavailableError, running_timescale


@pytest.fixture(scope="session")
def timescale_server() -> Iterator[str]:
    """The DSN of a running TimescaleDB; the tests that need it are skipped where npm cannot fetch it."""
    try:
        with running_timescale() as dsn:
            _run(dsn, b"CREATE EXTENSION timescaledb")
            yield dsn
    except TimescaleUnavailableError as reason:
        pytest.skip(f"no TimescaleDB for tests: {reason}")


@pytest.fixture
def empty_timescale(timescale_server: str) -> str:
    """The DSN of TimescaleDB without a table of ours."""
    _run(timescale_server, _CLEAR)
    return timescale_server


@pytest.fixture(params=list(TimeSeries))
def store(request: pytest.FixtureRequest) -> Store:
    """A fresh, migrated database of either kind."""
    if request.param is TimeSeries.NATIVE:
        return NativeStore(cast("str", request.getfixturevalue("database")))
    return cast("Store", request.getfixturevalue("timescale_store"))


@pytest.fixture
def timescale_store(empty_timescale: str) -> TimescaleStore:
    """A fresh, migrated TimescaleDB."""
    migrate(empty_timescale, timescale=TimescaleWish.ON)
    return TimescaleStore(empty_timescale)


def _run(dsn: str, statement: bytes) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement)


#: The extension stays: a backend that has dropped it cannot load it again.
_CLEAR = b"""
DO $$
DECLARE
    ours record;
BEGIN
    FOR ours IN
        SELECT format('DROP %s IF EXISTS %I CASCADE',
                      CASE WHEN c.relkind = 'S' THEN 'SEQUENCE'
                           WHEN c.relkind <> 'v' THEN 'TABLE'
                           WHEN a.view_name IS NOT NULL THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, c.relname) AS drop
          FROM pg_class c
          LEFT JOIN timescaledb_information.continuous_aggregates a
            ON a.view_schema = 'public' AND a.view_name = c.relname
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S') AND NOT c.relispartition
           AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
         ORDER BY c.relkind = 'v' DESC
    LOOP
        EXECUTE ours.drop;
    END LOOP;
    FOR ours IN
        SELECT format('DROP FUNCTION %s CASCADE', p.oid::regprocedure) AS drop
          FROM pg_proc p
         WHERE p.pronamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE ours.drop;
    END LOOP;
END $$
"""
