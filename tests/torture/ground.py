"""Where one leg happens: a database, the hub, a standby ingest and a second duty, a broker."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import psycopg

from hub.bench.http_json import HttpJson
from hub.bench.hub_process import free_port
from hub.embedded import EmbeddedDatabaseError, EmbeddedPostgres, RunFile
from tests.torture import schedule
from tests.torture.links import Link
from tests.torture.other_postgres import OtherPostgres
from tests.torture.processes import Extra, TorturedBroker, TorturedHub, is_zombie, process_of

_GLANCE_S = 0.05
_PATIENCE_S = 180.0
_INGEST_SESSIONS = (
    "SELECT pid, application_name, state, wait_event, left(query, 60) FROM pg_stat_activity"
    " WHERE application_name LIKE 'hub ingest%'"
)
_ADVISORY_LOCKS = "SELECT pid, objid, mode, granted FROM pg_locks WHERE locktype = 'advisory'"


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that owns the taking in, and by which epoch."""

    pid: int
    epoch: int


@dataclass
class Ground:
    """Everything that runs in one leg. `start` to `stop`; `keep` brings back what was killed."""

    kind: schedule.Ground
    directory: Path
    with_broker: bool
    binaries: Path | None = None  #: Another PostgreSQL than the wheel's, for the external ground.
    doors: list[Link] = field(default_factory=list)
    database_link: Link | None = None
    broker: TorturedBroker | None = None
    extras: list[Extra] = field(default_factory=list)
    supervisor_starts: int = 0
    database_starts: int = 0
    _postgres: EmbeddedPostgres | None = None
    _hub: TorturedHub | None = None
    _paused: set[int] = field(default_factory=set)
    _keeper: "asyncio.Task[None] | None" = None
    _broker_is_away: bool = False
    _standby_port: int = 0

    # --- Life -------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        environment = {"HUB_SMS": f"log:{self.texts_path}", "HUB_LOG_FORMAT": "json"}
        if self.with_broker:
            await self._start_broker()
            assert self.broker is not None
            environment["HUB_MQTT_SOURCES"] = f"mqtt://127.0.0.1:{self.broker.port}/?name=torture&window=8"
        if self.kind is schedule.Ground.EXTERNAL:
            environment["HUB_DATABASE_URL"] = await self._start_database()
        self._hub = TorturedHub(self.directory / "data", environment)
        self.hub.launch()
        await self.until_ready()
        self._add_extras()
        for port in (self.hub.mqtt_port, self._standby_port):
            door = Link(port)
            await door.start()
            self.doors.append(door)
        self._keeper = asyncio.create_task(self._keep_for_ever())

    async def stop(self) -> list[str]:
        """End everything properly; returns what was left over although it should not be."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        for pid in list(self._paused):
            self.wake(pid)
        hub = self._hub
        family = [*(hub.processes() if hub else []), *(psutil.Process(pid) for pid in self._extra_pids())]
        for extra in self.extras:
            if extra.process is not None:
                extra.process.terminate()
        await asyncio.to_thread(self._wait_for_extras)
        if hub is not None:
            await asyncio.to_thread(hub.stop)
        left = [
            f"process left over: {process}" for process in family if process.is_running() and not is_zombie(process)
        ]
        for link in (*self.doors, *([self.database_link] if self.database_link else [])):
            await link.stop()
        left += await asyncio.to_thread(self._locks_left)
        if self.broker is not None:
            self.broker.kill()
        if self._postgres is not None:
            self._postgres.stop()
        return left

    @property
    def hub(self) -> TorturedHub:
        assert self._hub is not None
        return self._hub

    @property
    def texts_path(self) -> Path:
        return self.directory / "texts.jsonl"

    @property
    def dsn(self) -> str:
        """The database itself, past every proxy."""
        if self._postgres is not None:
            return self._postgres.dsn
        note = RunFile.read(self.hub.data_dir)
        assert note is not None, "the hub wrote no run file"
        return note.dsn

    @property
    def environment(self) -> dict[str, str]:
        """For commands against this hub."""
        return self.hub._environment()

    def logs(self) -> list[Path]:
        return [*([self._hub.log_path] if self._hub else []), *(extra.log_path for extra in self.extras)]

    async def until_ready(self) -> None:
        """Wait for `/readyz`, on a busy machine longer than a person would."""
        probe = HttpJson(self.hub.http_port, timeout_s=2.0)
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, HTTPException, ValueError):
                if (await asyncio.to_thread(probe.ask, "GET", "/readyz")).status == 200:
                    return
            await asyncio.sleep(_GLANCE_S)
        raise TimeoutError(f"the hub was not ready within {_PATIENCE_S} s")

    async def until(self, condition: Callable[[], bool], what: str, within_s: float = _PATIENCE_S) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {within_s} s: {what}")
            await asyncio.sleep(_GLANCE_S)

    # --- Who is who -------------------------------------------------------------------------------------------------

    def role_pid(self, role: str) -> int | None:
        """The supervised process of a role, or `supervisor`, or `postgres` for the postmaster of either ground."""
        if role == "postgres" and self._postgres is not None:
            return self._postgres.pid
        if role == "supervisor":
            processes = self.hub.processes()
            return processes[0].pid if processes else None
        process = self.hub.role(role)
        return None if process is None else process.pid

    def standby_pid(self) -> int | None:
        return self.extras[0].pid

    def owner(self) -> Owner | None:
        """Whoever owns the taking in, as one look at the row says: pid and epoch belong together."""
        for holder, epoch in self.ask("SELECT holder, epoch FROM owner_epoch WHERE lease_until > clock_timestamp()"):
            pid = process_of(str(holder))
            return None if pid is None else Owner(pid, int(str(epoch)))
        return None

    def epoch(self) -> int:
        rows = self.ask("SELECT epoch FROM owner_epoch")
        return int(str(rows[0][0])) if rows else 0

    def testify(self) -> str:
        """Who could own just now and what they wait for: for a line that somebody has to explain later."""
        return "; ".join((
            f"ingest {self.role_pid('ingest')}, standby {self.standby_pid()}, stopped {sorted(self._paused)}",
            f"row {self.ask('SELECT holder, epoch, backend_pid, lease_until - clock_timestamp() FROM owner_epoch')}",
            f"sessions {self.ask(_INGEST_SESSIONS)}",
            f"locks {self.ask(_ADVISORY_LOCKS)}",
        ))  # fmt: skip

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """Rows from the database itself; none while it is away."""
        with (
            contextlib.suppress(psycopg.Error, AssertionError, EmbeddedDatabaseError),
            psycopg.connect(self.dsn, autocommit=True, connect_timeout=2) as connection,
        ):
            return list(connection.execute(statement.encode()).fetchall())
        return []

    # --- What is done to them ---------------------------------------------------------------------------------------

    def kill(self, pid: int | None) -> bool:
        """kill -9; False when there was nobody to kill."""
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def pause(self, pid: int) -> bool:
        """SIGSTOP; False when it has just been killed, and perhaps not been buried."""
        try:
            if is_zombie(psutil.Process(pid)):
                return False
            os.kill(pid, signal.SIGSTOP)
        except (ProcessLookupError, psutil.NoSuchProcess):
            return False
        self._paused.add(pid)
        return True

    def wake(self, pid: int) -> bool:
        """SIGCONT; False when it was killed meanwhile."""
        self._paused.discard(pid)
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            return False
        return True

    @contextlib.asynccontextmanager
    async def broker_away(self) -> AsyncIterator[TorturedBroker]:
        """The broker for a caller that ends it; it is back afterwards."""
        assert self.broker is not None
        self._broker_is_away = True
        try:
            yield self.broker
        finally:
            await asyncio.to_thread(self.broker.start)
            self._broker_is_away = False

    @property
    def broker_is_away(self) -> bool:
        return self._broker_is_away

    # --- Bringing back ----------------------------------------------------------------------------------------------

    async def _keep_for_ever(self) -> None:
        """What a service manager would do: whoever ended is started again."""
        while True:
            await asyncio.sleep(_GLANCE_S)
            if self._postgres is not None and self._postgres.pid is None:
                await self._start_database_again(self._postgres)
            if not self.hub.is_running:
                self.supervisor_starts += 1
                self.hub.launch()
            for extra in self.extras:
                extra.keep()

    async def _start_database_again(self, postgres: EmbeddedPostgres) -> None:
        self.database_starts += 1
        with contextlib.suppress(EmbeddedDatabaseError):
            postgres.launch()
            while not postgres.is_ready():
                await asyncio.sleep(_GLANCE_S)

    async def _start_database(self) -> str:
        """PostgreSQL as a child of this process, and a proxy before it; returns the address of the proxy."""
        folder = self.directory / "postgres"
        self._postgres = OtherPostgres(folder, binaries=self.binaries) if self.binaries else EmbeddedPostgres(folder)
        address = urlsplit(self._postgres.start())
        sockets = parse_qs(address.query)["host"][0]
        self.database_link = Link(f"{sockets}/.s.PGSQL.5432", reads_names=True)
        await self.database_link.start()
        return (
            f"postgresql://{address.username}@127.0.0.1:{self.database_link.port}{address.path}"
            "?sslmode=disable&gssencmode=disable"
        )

    async def _start_broker(self) -> None:
        folder = self.directory / "broker"
        folder.mkdir()
        self.broker = TorturedBroker(folder)
        await asyncio.to_thread(self.broker.start)

    def _add_extras(self) -> None:
        shared = self.hub._environment()
        shared.setdefault("HUB_DATABASE_URL", self.dsn)
        self._standby_port = free_port()
        standby = {**shared, "HUB_MQTT_PORT": str(self._standby_port)}
        self.extras.append(Extra("ingest", standby, self.directory / "standby.log"))
        if self.kind is schedule.Ground.EXTERNAL:
            self.extras.append(Extra("duty", shared, self.directory / "second_duty.log"))
        for extra in self.extras:
            extra.start()

    def _extra_pids(self) -> list[int]:
        return [extra.pid for extra in self.extras if extra.pid is not None]

    def _wait_for_extras(self) -> None:
        for extra in self.extras:
            if extra.process is not None:
                try:
                    extra.process.wait(20)
                except subprocess.TimeoutExpired:
                    extra.process.kill()
                    extra.process.wait()

    def _locks_left(self) -> list[str]:
        """What ended processes still hold; with the embedded database there is nobody left to hold anything."""
        if self._postgres is None:
            return []
        deadline = time.monotonic() + 5
        while True:
            left = self.ask("SELECT application_name, state FROM pg_stat_activity WHERE application_name LIKE 'hub %'")
            locks = self.ask("SELECT locktype, mode FROM pg_locks WHERE locktype = 'advisory'")
            if not left and not locks:
                return []
            if time.monotonic() > deadline:
                return [f"connection left over: {row}" for row in left] + [f"lock left over: {row}" for row in locks]
            time.sleep(0.1)
