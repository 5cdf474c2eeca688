"""The supervisor itself: start in order, restart what dies, stop in the opposite order."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Coroutine
from typing import Any

from hub.clock import monotonic_s, utc_now
from hub.embedded import EmbeddedDatabaseError, EmbeddedPostgres, RunFile
from hub.embedded.ties import adopt_orphans
from hub.supervisor.child import Deaths, Pause, start_child
from hub.supervisor.doors import DoorError, is_ready, wait_until_free
from hub.supervisor.plan import DATABASE_VARIABLE, Plan

#: A role finishes its transaction and its answers; what takes longer is stuck.
ROLE_STOP_DEADLINE_S = 5.0
_READY_GLANCE_S = 0.1
_DATABASE_GLANCE_S = 0.02
#: How often an external database that was away at the start is tried again.
_MIGRATION_RETRY_S = 2.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Runs a plan until a stop signal; `run` returns the exit code of `hub serve`."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._deaths = Deaths()
        self._stopping = asyncio.Event()
        self._roles: dict[str, subprocess.Popen[bytes]] = {}
        self._database: EmbeddedPostgres | None = None
        self._environment = dict(os.environ)
        self._is_migrated = False
        self._exit_code = 0

    async def run(self) -> int:
        """Start everything, keep it running, and stop it when asked to."""
        adopt_orphans()
        self._deaths.install()
        for stop_signal in _STOP_SIGNALS:
            asyncio.get_running_loop().add_signal_handler(stop_signal, self._stopping.set)
        keepers: list[asyncio.Task[None]] = []
        try:
            await self._prepare()
            if not self._stopping.is_set():
                keepers = self._start_keepers()
                await self._stopping.wait()
        except (EmbeddedDatabaseError, DoorError) as failure:
            sys.stderr.write(f"{failure}\n")
            return 1
        except MigrationFailedError:
            return 1  # the command has said why
        finally:
            await self._stop(keepers)
        return self._exit_code

    async def _prepare(self) -> None:
        """Everything that must be so before a role starts: our directory, our ports, a database of this version."""
        if self._plan.database_dsn is None:
            self._database = EmbeddedPostgres(self._plan.directory)
            self._database.prepare()
        await wait_until_free(self._plan.doors)
        if self._database is not None:
            self._database.launch()
            await self._until_database_ready(self._database)
        dsn = self._plan.database_dsn or (self._database.dsn if self._database else "")
        self._environment[DATABASE_VARIABLE] = dsn
        self._is_migrated = await self._migrate()
        if self._database is not None:
            note = RunFile(pid=os.getpid(), dsn=dsn, url=self._plan.url, mqtt_port=self._plan.mqtt_port)
            note.write(self._plan.directory)

    async def _migrate(self) -> bool:
        """In a process of its own, whose memory ends with it. False while an external database is away.

        The roles start all the same: duty must be able to say that the database is away, and web to show it. They do
        their work once the database is there and of this version.
        """
        command = start_child(self._plan.migrate, self._environment, quiet=True)
        self._roles["migrate"] = command
        code = await self._unless_stopping(self._deaths.wait_for(command))
        if code is None:
            return False
        del self._roles["migrate"]
        if code == os.EX_TEMPFAIL and self._database is None:
            return False
        if code:
            raise MigrationFailedError
        return True

    async def _keep_migrating(self) -> None:
        """Until an external database that was away at the start is of this version; one that cannot be ends the hub."""
        self._tell("database_away_at_start")
        try:
            while not await self._migrate():  # noqa: ASYNC110 - only trying tells
                await asyncio.sleep(_MIGRATION_RETRY_S)
        except MigrationFailedError:
            self._exit_code = 1
            self._stopping.set()
        else:
            self._tell("database_migrated")

    async def _unless_stopping(self, waiting: Coroutine[Any, Any, int]) -> int | None:
        """The result of the wait, or None if a stop signal came first."""
        wait = asyncio.create_task(waiting)
        stop = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({wait, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if wait.done():
            return wait.result()
        wait.cancel()
        return None

    def _start_keepers(self) -> list[asyncio.Task[None]]:
        keepers = [asyncio.create_task(self._keep_role(role)) for role in self._plan.roles]
        if self._database is not None:
            keepers.append(asyncio.create_task(self._keep_database(self._database)))
        if self._plan.url:
            keepers.append(asyncio.create_task(self._announce()))
        if not self._is_migrated:
            keepers.append(asyncio.create_task(self._keep_migrating()))
        return keepers

    async def _keep_role(self, role: str) -> None:
        """Start a role again and again, for as long as we live."""
        pause = Pause()
        while True:
            try:
                self._roles[role] = start_child(self._plan.roles[role], self._environment)
            except OSError as failure:  # no memory, no process ids: the machine may recover
                self._tell("role_not_started", role=role, reason=failure.strerror)
            else:
                pause.started()
                self._tell("role_started", role=role, pid=self._roles[role].pid)
                code = await self._deaths.wait_for(self._roles[role])
                self._tell("role_ended", role=role, exit_code=code)
            await asyncio.sleep(pause.after_death())

    async def _keep_database(self, database: EmbeddedPostgres) -> None:
        """Bring the database back whenever it dies; the roles wait for it by themselves."""
        pause = Pause()
        while True:
            code = await self._deaths.wait_for(database.process)
            self._tell("database_ended", exit_code=code)
            await asyncio.sleep(pause.after_death())
            died_s = monotonic_s()
            try:
                database.launch()
                pause.started()
                await self._until_database_ready(database)
            except EmbeddedDatabaseError as failure:
                self._tell("database_not_started", reason=str(failure))
            else:
                self._tell("database_restarted", after_s=round(monotonic_s() - died_s, 2))

    async def _until_database_ready(self, database: EmbeddedPostgres) -> None:
        while not database.is_ready() and not self._stopping.is_set():  # noqa: ASYNC110 - it is a file that tells
            await asyncio.sleep(_DATABASE_GLANCE_S)

    async def _announce(self) -> None:
        """Say once that people and devices can come."""
        while not await is_ready(self._plan.url):  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(_READY_GLANCE_S)
        mqtt = f" (MQTT {self._plan.mqtt_port})" if self._plan.mqtt_port else ""
        sys.stdout.write(f"Anxin Hub is ready: {self._plan.url}{mqtt}\n")
        sys.stdout.flush()

    async def _stop(self, keepers: list[asyncio.Task[None]]) -> None:
        """Roles first, then the database they write to."""
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        for process in self._roles.values():
            if process.poll() is None:
                process.terminate()
        deadline_s = monotonic_s() + ROLE_STOP_DEADLINE_S
        for process in self._roles.values():
            try:
                async with asyncio.timeout(max(deadline_s - monotonic_s(), 0)):
                    await self._deaths.wait_for(process)
            except TimeoutError:
                process.kill()
                process.wait()
        if self._database is not None:
            RunFile.remove(self._plan.directory, os.getpid())
            self._database.stop()

    def _tell(self, event: str, **fields: object) -> None:
        """A log line in the shape of `hub.observability`, without its memory."""
        stamp = utc_now().isoformat(timespec="microseconds").replace("+00:00", "Z")
        if self._plan.json_logs:
            line = json.dumps({**fields, "event": event, "role": fields.get("role", "supervisor"), "timestamp": stamp})
        else:
            line = f"{stamp} [info     ] {event:<30} " + " ".join(f"{name}={value}" for name, value in fields.items())
        sys.stderr.write(f"{line.rstrip()}\n")


class MigrationFailedError(Exception):
    """The database could not be brought to this version."""
