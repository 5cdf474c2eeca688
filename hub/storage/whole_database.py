"""Questions about a database as a whole, asked before it is replaced by a backup."""

import psycopg

from hub.storage.addresses import conninfo
from hub.storage.queries import queries


def is_empty(dsn: str) -> bool:
    """Whether there is nothing that a restore would destroy."""
    return _ask(dsn, queries("whole_database").has_tables) is False


def is_in_use(dsn: str) -> bool:
    """Whether a role of a running hub is connected: its memory would not follow a restore."""
    return _ask(dsn, queries("whole_database").has_roles) is True


def uses_timescale(dsn: str) -> bool:
    """Whether the database has TimescaleDB, which a restore as below would damage."""
    return _ask(dsn, queries("whole_database").has_timescale) is True


def clearing_statement() -> str:
    """What empties the database, for a program that runs it in one transaction with what comes after."""
    return queries("whole_database").clear


def _ask(dsn: str, question: str) -> bool:
    with psycopg.connect(conninfo(dsn, name="command")) as connection:
        row = connection.execute(question.encode()).fetchone()
    return bool(row and row[0])
