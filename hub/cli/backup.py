"""`hub backup`, `hub restore`, `hub upgrade`, `hub psql`: the database as a whole."""

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.context import migrate_database, open_database, read_settings
from hub.cli.errors import CommandError
from hub.cli.output import AsJson, tell


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; an existing file is replaced when all is written.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Write a consistent copy of the database into FILE; the hub may go on meanwhile.

    The file holds personal data: it is readable by you alone. Keep it on another machine.
    """
    from hub.embedded.backup import dump

    settings = read_settings()
    with open_database(settings, migrated=False) as dsn:
        dump(dsn, file.absolute())
    size_bytes = file.stat().st_size
    tell(f"Wrote {file} ({size_bytes} bytes).", {"file": str(file), "bytes": size_bytes}, as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `hub backup` wrote, with this version or an earlier one.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Destroy what the database holds now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put the backup FILE into the database, all of it or nothing. The hub must not run meanwhile."""
    from hub.embedded.backup import apply_script, needs_timescale, write_script
    from hub.storage.whole_database import clearing_statement, is_empty, is_in_use, uses_timescale

    settings = read_settings()
    with open_database(settings, migrated=False) as dsn:
        if is_in_use(dsn):
            raise CommandError("The hub is running on this database: stop it first, then restore.")
        if uses_timescale(dsn) or needs_timescale(file):
            raise CommandError(
                "TimescaleDB's own catalog needs pg_restore between timescaledb_pre_restore() and "
                "timescaledb_post_restore(): docs/operations.md has the commands."
            )
        if not replace and not is_empty(dsn):
            raise CommandError("The database holds data already: --replace destroys it and puts the backup there.")
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.data_dir) as folder:
            script = Path(folder) / "backup.sql"
            write_script(file, script)
            apply_script(dsn, script, first=clearing_statement())
        applied = migrate_database(dsn)
    tell(f"Restored {file}.", {"file": str(file), "applied": applied}, as_json=as_json)


def upgrade(
    *,
    old_binaries: Annotated[
        Path | None, typer.Option(help="Folder with the old PostgreSQL's programs, e.g. /usr/lib/postgresql/17/bin.")
    ] = None,
    from_backup: Annotated[
        Path | None, typer.Option(help="A backup that the old hub wrote; what came after it is not taken over.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring the embedded database to this hub's PostgreSQL and schema; the old files are kept beside the new ones."""
    from hub.embedded import EmbeddedDatabaseError
    from hub.embedded.binaries import POSTGRES_MAJOR
    from hub.embedded.upgrade import dump_with, found_major, rebuild_from
    from hub.storage.whole_database import clearing_statement

    settings = read_settings()
    found = None if settings.database_dsn else found_major(settings.data_dir)
    kept = None
    if found is not None and found != POSTGRES_MAJOR:
        if old_binaries is None and from_backup is None:
            raise CommandError(
                f"The data was written by PostgreSQL {found}, and this hub brings {POSTGRES_MAJOR}. "
                f"Give --old-binaries with the programs of PostgreSQL {found}, or go back to the hub that wrote it, "
                "run `hub backup FILE` there, and give --from-backup FILE here."
            )
        try:
            source = dump_with(settings.data_dir, old_binaries) if old_binaries else from_backup
            kept = rebuild_from(settings.data_dir, source, clear=clearing_statement()) if source else None
        except EmbeddedDatabaseError as failure:
            raise CommandError(str(failure)) from failure
    with open_database(settings, migrated=False) as dsn:
        applied = migrate_database(dsn)
    record = {"from": found, "to": POSTGRES_MAJOR, "applied": applied, "kept": str(kept) if kept else None}
    moved = f"Moved from PostgreSQL {found} to {POSTGRES_MAJOR}; the old files are in {kept}. " if kept else ""
    tell(f"{moved}{len(applied)} migration(s) applied.", record, as_json=as_json)


def psql(context: typer.Context) -> None:
    """Open psql on the hub's database; further arguments go to psql (hub psql -- -c 'SELECT now()')."""
    import subprocess

    from hub.embedded.binaries import wheel_binaries

    with open_database(read_settings(), migrated=False) as dsn:
        command: list[str | Path] = [wheel_binaries() / "psql", dsn, *context.args]
        ended = subprocess.run(command, check=False, env=dict(os.environ))  # noqa: S603 - the person's own arguments
    raise typer.Exit(ended.returncode)
