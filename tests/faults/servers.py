"""PostgreSQL servers of the test's own, with the wheel's programs: primaries, standbys, and what one does to them."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from hub.embedded import ties
from hub.embedded.account import Account, account_for, let_in
from hub.embedded.binaries import quiet_environment, run, wheel_binaries
from hub.storage.migrate import migrate
from tests.postgres import temporary_data_dir

_READY_WITHIN_S = 60.0
#: As little as a server can do with, and nothing flushed that a killed process would not lose either.
_SMALL = {
    "shared_buffers": "16MB",
    "max_connections": "40",
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
    "wal_keep_size": "64MB",
    "autovacuum": "off",
    "listen_addresses": "",
    "max_wal_senders": "4",
    "hot_standby": "on",
    "log_min_messages": "fatal",
}


@dataclass
class Server:
    """One server below a folder; `dsn` is its own door, a Unix socket."""

    folder: Path
    name: str
    settings: dict[str, str] = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def directory(self) -> Path:
        """Its data."""
        return self.folder / self.name

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / f"{self.name}.door"

    @property
    def dsn(self) -> str:
        """Its database `anxin`."""
        return f"postgresql://anxin@/anxin?host={self.socket}"

    @property
    def account(self) -> Account | None:
        """Whom it runs as: PostgreSQL refuses root."""
        return account_for(self.folder / self.name)

    def create(self) -> None:
        """A new, empty cluster."""
        self._prepare()
        run(
            [
                wheel_binaries() / "initdb",
                "-D",
                self.directory,
                "-U",
                "anxin",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
            ],
            account=self.account,
        )

    def copy_from(self, primary: "Server") -> None:
        """A standby of a primary that runs."""
        self._prepare()
        account = self.account
        run(
            [
                *(wheel_binaries() / "pg_basebackup", "-D", self.directory, "-X", "stream", "-R", "-c", "fast"),
                *("-d", f"user=anxin host={primary.socket} application_name={self.name}"),
            ],
            account=account,
        )

    def _prepare(self) -> None:
        let_in(self.folder, self.account)
        account = self.account
        for folder in (self.directory, self.socket):
            folder.mkdir(mode=0o700)
            if account is not None:
                os.chown(folder, account.uid, account.gid)

    def start(self) -> None:
        """Start, and wait until it answers."""
        account = self.account
        flags = {**_SMALL, "unix_socket_directories": str(self.socket), **self.settings}
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(str(wheel_binaries() / "postgres"), "-D", str(self.directory)),
                    *(part for name, value in flags.items() for part in ("-c", f"{name}={value}")),
                ],
                stdout=log,
                stderr=log,
                env=quiet_environment(),
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Until its file says so."""
        deadline = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / f"{self.name}.log").read_text()[-2000:]
            try:
                lines = (self.directory / "postmaster.pid").read_text().splitlines()
            except OSError:
                lines = []
            if len(lines) >= 8 and lines[0] == str(self._process.pid) and lines[7].strip() in {"ready", "standby"}:
                return
            time.sleep(0.02)
        raise AssertionError("PostgreSQL is not ready")

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """One statement, as an administrator at the machine."""
        with psycopg.connect(self.dsn, autocommit=True, application_name="administrator") as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def set(self, name: str, value: str) -> None:
        """A setting, from now on."""
        self.run(f"ALTER SYSTEM SET {name} = '{value}'")
        self.run("SELECT pg_reload_conf()")

    def kill(self) -> None:
        """The machine dies: everything at once, nothing is said."""
        if self._process is not None:
            self._process.kill()
            ties.end_orphans(self.directory)
            self._process.wait()
            self._process = None

    def promote(self) -> None:
        """The standby becomes the primary."""
        run([wheel_binaries() / "pg_ctl", "promote", "-w", "-D", self.directory], account=self.account)

    def stop(self) -> None:
        """An orderly end."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None


@contextmanager
def server(**settings: str) -> Iterator[Server]:
    """A migrated server of the test's own."""
    with temporary_data_dir() as folder:
        one = Server(folder, "one", settings)
        try:
            one.create()
            one.start()
            _fill(one)
            yield one
        finally:
            one.kill()


@contextmanager
def primary_and_standby() -> Iterator[tuple[Server, Server]]:
    """Two servers; the second confirms each commit of the first before it counts."""
    with server(synchronous_standby_names="") as primary:
        standby = Server(primary.folder, "two")
        try:
            standby.copy_from(primary)
            standby.start()
            primary.kill()
            primary.settings["synchronous_standby_names"] = "two"
            primary.start()
            yield primary, standby
        finally:
            standby.kill()
            shutil.rmtree(standby.directory, ignore_errors=True)


def _fill(one: Server) -> None:
    with psycopg.connect(one.dsn.replace("/anxin?", "/postgres?"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE anxin")
    migrate(one.dsn)
