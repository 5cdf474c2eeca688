"""Taking a data directory of an older PostgreSQL to this hub's: out through a dump, in through a restore."""

from contextlib import suppress
from pathlib import Path

from hub.embedded.backup import apply_script, dump, write_script
from hub.embedded.binaries import POSTGRES_MAJOR
from hub.embedded.errors import EmbeddedDatabaseError
from hub.embedded.lock import Purpose
from hub.embedded.server import EmbeddedPostgres


def found_major(data_dir: Path) -> int | None:
    """The PostgreSQL that wrote the data directory; None if there is none yet."""
    with suppress(OSError, ValueError):
        return int((data_dir / "postgres" / "PG_VERSION").read_text())
    return None


def dump_with(data_dir: Path, old_binaries: Path) -> Path:
    """Start the old server once and dump its database beside it; returns the dump."""
    target = data_dir / f"before-{POSTGRES_MAJOR}.dump"
    server = EmbeddedPostgres(data_dir, binaries=old_binaries)
    server.start(Purpose.COMMAND)
    try:
        dump(server.dsn, target)
    finally:
        server.stop()
    return target


def rebuild_from(data_dir: Path, backup: Path, *, clear: str) -> Path:
    """Make a new directory from a backup; the old one is kept beside it, and put back if anything fails.

    `clear` is the statement that empties a database. Returns where the old directory is kept.
    """
    place, kept = data_dir / "postgres", data_dir / f"postgres-{found_major(data_dir)}"
    if kept.exists():
        raise EmbeddedDatabaseError(f"{kept} is there from an earlier upgrade: move it away first.")
    script = data_dir / "upgrade.sql"
    script.unlink(missing_ok=True)
    write_script(backup, script)
    place.rename(kept)
    server = EmbeddedPostgres(data_dir)
    try:
        server.start(Purpose.COMMAND)
        apply_script(server.dsn, script, first=clear)
    except BaseException:
        server.stop()
        if place.exists():
            place.rename(data_dir / "postgres-failed-upgrade")
        kept.rename(place)
        raise
    finally:
        script.unlink(missing_ok=True)
        server.stop()
    return kept
