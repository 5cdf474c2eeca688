"""What every command begins with: the settings, and a database it can work on whether the hub runs or not."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from hub.cli.errors import CommandError
from hub.clock import monotonic_s
from hub.settings import Settings, SettingsError, load_settings, unknown_settings

if TYPE_CHECKING:
    from hub.storage.database import Connection

T = TypeVar("T")

#: A hub that has just been started makes its database and leaves its note within this.
_STARTING_PATIENCE_S = 30.0
_GLANCE_S = 0.1


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings, with a warning for each that has no effect."""
    try:
        settings = load_settings(environment)
        for warning in unknown_settings(environment):
            print(f"Warning: {warning}", file=sys.stderr)
    except SettingsError as failure:
        raise CommandError(str(failure)) from failure
    return settings


@contextmanager
def open_database(settings: Settings, *, migrated: bool = True) -> Iterator[str]:
    """The DSN of the installation's database: the external one, the running hub's, or the embedded one started for us.

    A database started for us is brought to this version first, unless `migrated` is false, and stopped afterwards.
    """
    from hub.embedded.errors import EmbeddedDatabaseError
    from hub.storage.database import DATABASE_AWAY

    try:
        with _database(settings, migrated=migrated) as dsn:
            yield dsn
    except EmbeddedDatabaseError as failure:
        raise CommandError(str(failure)) from failure
    except DATABASE_AWAY as failure:
        raise CommandError(f"The database does not answer: {failure}") from failure


@contextmanager
def _database(settings: Settings, *, migrated: bool) -> Iterator[str]:
    if settings.database_dsn is not None:
        yield settings.database_dsn
        return
    from hub.embedded import DirectoryInUseError, EmbeddedPostgres, Purpose

    server = EmbeddedPostgres(settings.data_dir)
    try:
        server.start(Purpose.COMMAND)
    except DirectoryInUseError as refusal:
        if not refusal.serving:
            raise
        yield _running_dsn(settings)
        return
    try:
        if migrated:
            migrate_database(server.dsn)
        yield server.dsn
    finally:
        server.stop()


def migrate_database(dsn: str, timescale: str = "auto") -> list[int]:
    """Bring a database to this version; returns the numbers of what was applied."""
    from hub.storage.migrate import MigrationError, TimescaleWish, migrate

    try:
        return migrate(dsn, timescale=TimescaleWish(timescale), tell=_warn)
    except MigrationError as failure:
        raise CommandError(str(failure)) from failure


def _warn(sentence: str) -> None:
    print(f"Warning: {sentence}", file=sys.stderr)


def in_transaction(settings: Settings, work: "Callable[[Connection], Awaitable[T]]") -> T:
    """Do one thing with a connection to the installation's database, and commit it."""
    with open_database(settings) as dsn:
        return asyncio.run(_work_on(dsn, work))


async def _work_on(dsn: str, work: "Callable[[Connection], Awaitable[T]]") -> T:
    from hub.storage.addresses import UNHURRIED
    from hub.storage.database import connect

    async with await connect(dsn, name="command", patience=UNHURRIED) as connection:
        return await work(connection)


def _running_dsn(settings: Settings) -> str:
    """The database of the hub that holds the data directory, as soon as it has said where that is."""
    from hub.embedded import RunFile
    from hub.embedded.lock import DirectoryLock

    lock = DirectoryLock(settings.data_dir)
    deadline_s = monotonic_s() + _STARTING_PATIENCE_S
    while monotonic_s() < deadline_s:
        note, holder = RunFile.read(settings.data_dir), lock.holder()
        if note is not None and holder is not None and note.pid == holder[1]:
            return note.dsn
        Event().wait(_GLANCE_S)  # the file system tells nobody
    raise CommandError("The hub that uses this data directory has not become ready; look at what it says.")
