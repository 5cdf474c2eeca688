"""`hub serve` and `hub migrate`: the whole hub, one role of it, or only its schema."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, assert_never

import typer

import hub
from hub.cli.context import migrate_database, open_database, read_settings
from hub.cli.errors import CommandError
from hub.cli.output import AsJson, tell
from hub.pauses import shorten_loading
from hub.settings import Settings, variable_name
from hub.supervisor.plan import Door, Plan


class Role(StrEnum):
    """What one process of the hub does."""

    INGEST = "ingest"  #: Listens to devices, judges, commits, acknowledges.
    DUTY = "duty"  #: Does what is due: escalation, notifications, housekeeping.
    WEB = "web"  #: Speaks HTTP with the desk and with machines.


def serve(
    role: Annotated[
        Role | None, typer.Option(help="Run this role alone, on the database of HUB_DATABASE_URL (for containers).")
    ] = None,
) -> None:
    """Run the hub until Ctrl-C or SIGTERM.

    Without --role: all roles, watched over and restarted, with the embedded PostgreSQL unless HUB_DATABASE_URL is set;
    the schema is brought to this version first. With --role: that role only; run `hub migrate` before.
    """
    settings = read_settings()
    if role is not None:
        _run_role(settings, role)
    else:
        _become_supervisor(settings)


def migrate(
    *,
    to_timescale: Annotated[
        bool,
        typer.Option("--to-timescale", help="Move an installation's readings into TimescaleDB; the hub must not run."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the database to this version's schema. Harmless when it is; safe while others do the same.

    A new database uses TimescaleDB as HUB_TIMESCALE says. An old one is moved by --to-timescale; interrupted, the move
    goes on at the next call. It needs room for the readings once more.
    """
    settings = read_settings()
    with open_database(settings, migrated=False) as dsn:
        applied = migrate_database(dsn, "off" if to_timescale else settings.timescale)
        moved = _move_to_timescale(dsn) if to_timescale else None
    sentence = f"Applied {len(applied)} migration(s): {applied}." if applied else "The schema is up to date."
    if moved is not None:
        sentence += f" {moved} readings are TimescaleDB's."
    tell(sentence, {"applied": applied, "moved": moved}, as_json=as_json)


def _move_to_timescale(dsn: str) -> int:
    from hub.storage.timescale import TimescaleError, move_to_timescale
    from hub.storage.whole_database import is_in_use

    if is_in_use(dsn):
        raise CommandError("The hub is running on this database: stop it first, then move its readings.")
    try:
        return move_to_timescale(dsn, lambda line: print(line, file=sys.stderr)).readings
    except TimescaleError as failure:
        raise CommandError(str(failure)) from failure


def _become_supervisor(settings: Settings) -> None:
    """Replace this process: the supervisor stays small, having never seen what reads settings and command lines."""
    plan = supervisor_plan(settings)
    sys.stdout.flush()
    environment = {**plan.to_environment(), "PYTHONPATH": python_path()}
    os.execve(sys.executable, python_module("hub.supervisor"), environment)  # noqa: S606 - ourselves, by another module


def supervisor_plan(settings: Settings) -> Plan:
    """The processes of these settings."""
    doors = {"http_port": settings.http_port, "mqtt_port": settings.mqtt_port, "mqtt_tls_port": settings.mqtt_tls_port}
    return Plan(
        data_dir=str(settings.data_dir.absolute()),
        database_dsn=settings.database_dsn,
        migrate=python_module("hub.cli.schema", settings.timescale),
        roles={role.value: python_module("hub", "serve", "--role", role.value) for role in Role},
        doors=[
            Door(variable=variable_name(field), host=settings.bind, port=port) for field, port in doors.items() if port
        ],
        url=desk_url(settings),
        mqtt_port=settings.mqtt_port,
        json_logs=settings.log_format == "json",
    )


def desk_url(settings: Settings) -> str:
    """Where a browser on this machine finds the desk."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.bind, settings.bind)  # noqa: S104 - read, not bound
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    scheme = "https" if settings.tls_cert else "http"
    return f"{scheme}://{host}:{settings.http_port}/"


def python_module(module: str, *arguments: str) -> list[str]:
    """A command that runs a module of this very package, whatever the working directory holds."""
    return [sys.executable, "-P", "-m", module, *arguments]


def python_path() -> str:
    """PYTHONPATH for our children: first the folder this very package was loaded from."""
    own = str(Path(hub.__file__).parent.parent)
    inherited = os.environ.get("PYTHONPATH", "")
    if own in inherited.split(os.pathsep):
        return inherited
    return f"{own}{os.pathsep}{inherited}" if inherited else own


def _run_role(settings: Settings, role: Role) -> None:
    dsn = settings.database_dsn
    if dsn is None:
        raise CommandError("A role on its own needs HUB_DATABASE_URL; `hub serve` without --role brings a database.")
    shorten_loading()
    import uvloop

    from hub.observability import configure_logging

    configure_logging(settings, role.value)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_stopped(_work_of(role, settings, dsn)))


def _work_of(role: Role, settings: Settings, dsn: str) -> Coroutine[Any, Any, None]:
    from hub import app

    match role:
        case Role.INGEST:
            return app.run_ingest(settings, dsn)
        case Role.DUTY:
            return app.run_duty(settings, dsn)
        case Role.WEB:
            return app.run_web(settings, dsn)
        case _:
            assert_never(role)


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Await the role's work; SIGTERM and SIGINT cancel it, and it may take its time to end well."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for stop_signal in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop_signal, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
