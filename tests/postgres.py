"""Databases for tests: one embedded server a session, and for each test a fresh copy of the migrated template.

Every directory of tests gets these fixtures through `tests/conftest.py`.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from hub.embedded import EmbeddedPostgres
from hub.storage.migrate import migrate

TEMPLATE = "anxin_template"


#: Where a killed process loses nothing and a flush costs nothing; what survives a lost machine is not tested here.
_MEMORY = Path("/dev/shm")  # noqa: S108 - a fresh folder of our own is made below it
_MEMORY_NEEDED_BYTES = 4 * 1024**3


@contextmanager
def temporary_data_dir() -> Iterator[Path]:
    """A folder for databases, in memory where there is plenty.

    Not below pytest's own folder: each session closes that to all but the one user, PostgreSQL's included.
    """
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _MEMORY_NEEDED_BYTES
    with TemporaryDirectory(
        prefix="anxin-test-", dir=_MEMORY if roomy else None, ignore_cleanup_errors=True
    ) as directory:
        yield Path(directory)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A fresh `HUB_DATA_DIR` for tests that start an embedded server, or a whole hub, of their own."""
    with temporary_data_dir() as directory:
        yield directory


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[EmbeddedPostgres]:
    """A running server without the hub's tables; `dsn_of(name)` is the address of any database on it."""
    with temporary_data_dir() as directory:
        server = EmbeddedPostgres(directory)
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def maintenance(embedded_server: EmbeddedPostgres) -> Iterator[psycopg.Connection[Any]]:
    """One connection that makes and drops databases: a process of the server for each would cost more than some."""
    with psycopg.connect(embedded_server.dsn_of("postgres"), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def migrated_server(embedded_server: EmbeddedPostgres, maintenance: psycopg.Connection[Any]) -> EmbeddedPostgres:
    """The server with a migrated template database, to which nobody connects any more."""
    _execute(maintenance, f"CREATE DATABASE {TEMPLATE}")
    migrate(embedded_server.dsn_of(TEMPLATE))
    return embedded_server


@pytest.fixture(scope="session")
def database_numbers() -> Iterator[int]:
    """Names that no other test of the session has had."""
    return count(1)


@pytest.fixture
def database(
    migrated_server: EmbeddedPostgres, maintenance: psycopg.Connection[Any], database_numbers: Iterator[int]
) -> Iterator[str]:
    """The DSN of a fresh, migrated database of the test's own; dropped afterwards with whoever is still connected."""
    name = f"test_{next(database_numbers)}"
    # by copying files: through the log, as by default, the template's twelve megabytes cost three times as much
    _execute(maintenance, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    yield migrated_server.dsn_of(name)
    _execute(maintenance, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_database(
    embedded_server: EmbeddedPostgres, maintenance: psycopg.Connection[Any], database_numbers: Iterator[int]
) -> Iterator[str]:
    """The DSN of a fresh database without any table, for tests of migrations and restores."""
    name = f"empty_{next(database_numbers)}"
    _execute(maintenance, f"CREATE DATABASE {name}")
    yield embedded_server.dsn_of(name)
    _execute(maintenance, f"DROP DATABASE {name} WITH (FORCE)")


#: Connections of the test itself, by address: a process of the server for each statement would be most of its cost.
_kept: dict[str, psycopg.Connection[DictRow]] = {}


def execute_kept(dsn: str, statement: str, params: Mapping[str, object]) -> psycopg.Cursor[DictRow]:
    """Execute on the test's own connection to this database, which stays open until the test is over."""
    try:
        return _kept_connection(dsn).execute(statement.encode(), params)
    except psycopg.OperationalError:
        if dsn not in _kept or not _kept[dsn].closed:
            raise
    return _kept_connection(dsn).execute(statement.encode(), params)  # the server had ended it meanwhile


def _kept_connection(dsn: str) -> psycopg.Connection[DictRow]:
    if dsn not in _kept or _kept[dsn].closed:
        _kept[dsn] = psycopg.connect(dsn, autocommit=True, row_factory=dict_row)
    return _kept[dsn]


@pytest.fixture(autouse=True)
def _close_kept() -> Iterator[None]:
    yield
    while _kept:
        _kept.popitem()[1].close()


def _execute(connection: psycopg.Connection[Any], statement: str) -> None:
    connection.execute(statement.encode())
