"""One ground for each implementation of the ports, empty for each test; what the tests of the contract press."""

from collections.abc import Iterator

import psycopg
import pytest

from hub.embedded import EmbeddedPostgres
from tests.hub.stations.ground import Ground
from tests.hub.stations.grounds import GROUNDS
from tests.postgres import TEMPLATE

#: What tests of the contract write. `DELETE` of a few rows is quicker than a database for each test.
_WRITTEN = (
    *("receipt", "attempt", "notification", "incident_log", "incident_command", "alert", "timer", "incident"),
    *("quarantined_message", "quarantine_summary", "event_identity", "device_event", "down_message", "stream_event"),
    *("maintenance_item", "follow_up", "contact", "device", "recipient", "escalation_policy"),
)


@pytest.fixture(scope="session")
def shared_database(migrated_server: EmbeddedPostgres) -> Iterator[str]:
    """One database for all tests of the contract."""
    name = "store_contract"
    with psycopg.connect(migrated_server.dsn_of("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}".encode())
    yield migrated_server.dsn_of(name)
    with psycopg.connect(migrated_server.dsn_of("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=list(GROUNDS))
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    """An empty one."""
    asked: list[str] = []

    def database() -> str:
        asked.append(request.getfixturevalue("shared_database"))
        return asked[-1]

    yield GROUNDS[request.param](database)
    for dsn in asked:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("; ".join(f"DELETE FROM {table}" for table in _WRITTEN).encode())
