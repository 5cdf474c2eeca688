"""Brings a database to this version's schema: numbered SQL files, each once, under a lock.

The files make the readings PostgreSQL's own; a new database on a server with TimescaleDB then gets its hypertable
(`hub.storage.timescale`). A later file that changes `reading` or its roll-ups must do so for both.

Files are `migrations/NNN_title.sql`. A file that was applied is never edited: its checksum is on record, and a
difference stops the hub with a sentence instead of a surprise.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

import psycopg

from hub.storage.addresses import conninfo
from hub.storage.queries import queries

#: People are written in portions of this many.
_PORTION_ROWS = 500
_FILE_NAME = re.compile(r"^(\d{3})_([a-z0-9_]+)\.sql$")


class MigrationError(RuntimeError):
    """The database and this version of the hub do not go together; the sentence says what to do."""


class TimescaleWish(StrEnum):
    """Whether a new database is to use TimescaleDB (`HUB_TIMESCALE`)."""

    AUTO = "auto"  #: Where the server has it.
    ON = "on"  #: Always: a server without it is refused.
    OFF = "off"  #: Never.


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    title: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file's text, hexadecimal."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known_migrations() -> list[Migration]:
    """The migrations of this version, in order."""
    found = []
    for path in files("hub.storage").joinpath("migrations").iterdir():
        match = _FILE_NAME.match(path.name)
        if match:
            found.append(Migration(int(match[1]), match[2], path.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.number)


def migrate(
    dsn: str, *, timescale: TimescaleWish = TimescaleWish.AUTO, tell: Callable[[str], None] | None = None
) -> list[int]:
    """Apply what is missing, each file in a transaction of its own; returns the numbers that were applied.

    Safe to call from several processes at once: the second waits for the first and finds nothing to do. `tell` gets a
    sentence where TimescaleDB is there and the readings are kept without it.

    Raises:
        MigrationError: the database is newer than this hub, an applied file has changed, or TimescaleDB is wished for
            and cannot be had.
        psycopg.OperationalError: the database is away, read-only for instance: nothing about the migration.
    """
    try:
        return _migrate(dsn, timescale, tell)
    except psycopg.Error as error:
        from hub.storage.faults import as_the_hub_sees_it  # only now: a start that goes well need not wait for it

        raise as_the_hub_sees_it(error) from error


def _migrate(dsn: str, timescale: TimescaleWish, tell: Callable[[str], None] | None) -> list[int]:
    statements = queries("migrate")
    with psycopg.connect(conninfo(dsn, name="migrate"), autocommit=True) as connection:
        connection.execute(statements.lock_migrations)
        try:
            applied_now = _apply_missing(connection)
            notice = _settle_time_series(dsn, connection, timescale)
            _fill_search_keys(connection)
        finally:
            connection.execute(statements.unlock_migrations)
    if notice and tell:
        tell(notice)
    return applied_now


def _apply_missing(connection: psycopg.Connection) -> list[int]:
    statements = queries("migrate")
    connection.execute(statements.create_migration_table)
    applied = {row[0]: row[1] for row in connection.execute(statements.applied_migrations).fetchall()}
    known = {migration.number: migration for migration in known_migrations()}
    _refuse_mismatch(applied, known)
    missing = sorted(known.keys() - applied.keys())
    for number in missing:
        migration = known[number]
        with connection.transaction():
            connection.execute(migration.sql)
            connection.execute(
                statements.record_migration,
                {"number": number, "title": migration.title, "checksum": migration.checksum},
            )
    return missing


def _fill_search_keys(connection: psycopg.Connection) -> None:
    """People who were put on file before the hub kept what they are found by: SQL knows no pinyin."""
    statements = queries("recipients")
    while people := connection.execute(statements.without_search_keys, {"limit": _PORTION_ROWS}).fetchall():
        from hub.storage.recipients import search_keys_row  # a start that finds nobody need not wait for it

        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(statements.set_search_keys, [search_keys_row(*person) for person in people])


def _settle_time_series(dsn: str, connection: psycopg.Connection, timescale: TimescaleWish) -> str | None:
    row = connection.execute(queries("timescale").is_available).fetchone()
    if timescale is TimescaleWish.OFF or (timescale is TimescaleWish.AUTO and not (row and row[0])):
        return None
    from hub.storage.timescale import TimescaleError, settle_new_database  # a start without TimescaleDB need not wait

    try:
        return settle_new_database(dsn, connection, timescale)
    except TimescaleError as failure:
        raise MigrationError(str(failure)) from failure


def _refuse_mismatch(applied: dict[int, str], known: dict[int, Migration]) -> None:
    unknown = sorted(applied.keys() - known.keys())
    if unknown:
        raise MigrationError(
            f"The database has migration {unknown[-1]}, which this version of the hub does not know: "
            "it was used by a newer hub. Start that version, or restore a backup of this one."
        )
    changed = [number for number, checksum in applied.items() if known[number].checksum != checksum]
    if changed:
        raise MigrationError(
            f"Migration {changed[0]} differs from the one that was applied to this database; "
            "an applied migration is never edited. Install an unmodified release of the hub."
        )
