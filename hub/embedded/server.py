"""The embedded server from the outside: make its directory, start it, know when it is ready or gone, stop it."""

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from hub.clock import monotonic_s
from hub.embedded import ties
from hub.embedded.account import Account, account_for, let_in, let_read
from hub.embedded.binaries import POSTGRES_MAJOR, installed_trees, major_version, quiet_environment, run, wheel_binaries
from hub.embedded.errors import EmbeddedDatabaseError
from hub.embedded.flags import server_flags
from hub.embedded.lock import DirectoryLock, Purpose

SUPERUSER = "anxin"
DATABASE = "anxin"

#: sun_path holds 108 bytes with its final zero (unix(7)); PostgreSQL appends this name to the directory.
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_MAX = 107

#: Recovery takes at most 10 s by its capped log; a start that needs more than this is not coming.
START_DEADLINE_S = 60.0
#: A fast shutdown writes one checkpoint; afterwards there is no reason to wait.
STOP_DEADLINE_S = 20.0
#: PostgreSQL's fast shutdown, its immediate one, and the end.
_FAREWELLS = ((signal.SIGINT, STOP_DEADLINE_S), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
_LOG_KEPT_BYTES = 5_000_000
_GLANCE_S = 0.02


class EmbeddedPostgres:
    """One PostgreSQL server with its data below `data_dir`, a child of this process that does not outlive it.

    Start it from the main thread: the kernel ties a child to the thread that started it.
    """

    def __init__(self, data_dir: Path, *, binaries: Path | None = None) -> None:
        self._data_dir = data_dir.resolve()
        self._directory = self._data_dir / "postgres"
        self._log_path = self._data_dir / "postgres.log"
        self._binaries = binaries or wheel_binaries()
        self._major = major_version(binaries) if binaries else POSTGRES_MAJOR
        self._lock = DirectoryLock(self._data_dir)
        self._account: Account | None = None
        self._socket_directory: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def dsn(self) -> str:
        """Where other processes of this machine reach the database; the same after a restart."""
        return self.dsn_of(DATABASE)

    def dsn_of(self, database: str) -> str:
        """The address of any database on this server."""
        if self._socket_directory is None:
            raise EmbeddedDatabaseError("The embedded PostgreSQL has not been started.")
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self._socket_directory), safe='')}"

    @property
    def binaries(self) -> Path:
        """The folder of the server's programs."""
        return self._binaries

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The postmaster, for whoever waits for its end."""
        if self._server is None:
            raise EmbeddedDatabaseError("The embedded PostgreSQL has not been started.")
        return self._server

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    def start(self, purpose: Purpose = Purpose.SERVE) -> str:
        """Take the directory, start the server and wait until it answers; returns the DSN."""
        self.prepare(purpose)
        try:
            self.launch()
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self.dsn

    def prepare(self, purpose: Purpose = Purpose.SERVE) -> None:
        """Take the lock, and make the data directory if there is none."""
        with _as_sentences(self._data_dir):
            self._data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
            self._lock.acquire(purpose)
            try:
                self._account = account_for(self._directory)
                let_in(self._data_dir, self._account)
                let_in(self._binaries, self._account)
                for tree in installed_trees(self._binaries):
                    let_read(tree, self._account)
                self._create_directory()
                self._socket_directory = self._make_socket_directory()
            except BaseException:
                self._lock.release()
                raise

    def launch(self) -> None:
        """Start the postmaster, after ending whatever an earlier one left behind; does not wait."""
        with _as_sentences(self._data_dir):
            self._clear_remains()
            self._rotate_log()
            flags = server_flags(str(self._socket_directory), self._major)
            with open(self._log_path, "ab", opener=_private) as log:
                self._server = subprocess.Popen(  # noqa: S603 - our own binary with our own arguments
                    [self._binaries / "postgres", "-D", self._directory, *flags],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=quiet_environment(),
                    start_new_session=True,  # Ctrl-C at the terminal is for the supervisor, which keeps the order
                    user=self._account.uid if self._account else None,
                    group=self._account.gid if self._account else None,
                    extra_groups=[] if self._account else None,
                    # SIGQUIT: ends all backends at once; the log makes up for the missing checkpoint
                    preexec_fn=ties.die_with_parent(signal.SIGQUIT),  # noqa: PLW1509 - one thread, and no other way
                )

    def is_ready(self) -> bool:
        """Whether the running postmaster accepts connections; raises if it has ended instead."""
        if self._server is None or self._server.poll() is not None:
            raise EmbeddedDatabaseError(f"The embedded PostgreSQL did not start: {self._last_words()}")
        try:
            lines = (self._directory / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(self._server.pid) and lines[7].strip() == "ready"

    def wait_until_ready(self) -> None:
        """Block until the server accepts connections."""
        deadline_s = monotonic_s() + START_DEADLINE_S
        while not self.is_ready():
            if monotonic_s() > deadline_s:
                raise EmbeddedDatabaseError(f"The embedded PostgreSQL is not ready after {START_DEADLINE_S:.0f} s.")
            self._wait_for_exit(_GLANCE_S)

    def stop(self) -> None:
        """Fast shutdown, then harder; leaves no process, no socket, no lock. Harmless when nothing runs."""
        if self._server is not None:
            for last_signal, patience_s in _FAREWELLS:
                if self._server.poll() is not None:
                    break
                self._server.send_signal(last_signal)
                self._wait_for_exit(patience_s)
            if self._server.returncode != 0:
                ties.end_orphans(self._directory)
            self._server = None
        if self._socket_directory is not None and self._socket_directory.parent != self._data_dir:
            shutil.rmtree(self._socket_directory, ignore_errors=True)
        self._socket_directory = None
        self._lock.release()

    def _wait_for_exit(self, patience_s: float) -> None:
        if self._server is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.wait(patience_s)

    def _create_directory(self) -> None:
        """A new cluster is made beside its place and moved there, so that a killed attempt leaves nothing half made."""
        if (self._directory / "PG_VERSION").exists():
            self._refuse_other_major()
            return
        if self._directory.exists():
            if any(self._directory.iterdir()):
                raise EmbeddedDatabaseError(f"{self._directory} holds files but no database: move them away first.")
            self._directory.rmdir()
        draft = self._data_dir / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(draft, self._account.uid, self._account.gid)
        run(
            [
                *(self._binaries / "initdb", "-D", draft, "-U", SUPERUSER, "--encoding=UTF8", "--no-instructions"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--auth-local=trust", "--auth-host=reject"),  # the socket's folder lets in only us
            ],
            account=self._account,
        )
        self._create_database(draft)
        draft.rename(self._directory)

    def _create_database(self, directory: Path) -> None:
        """The hub's own database, made in single-user mode: it exists whenever the directory does."""
        run(
            [self._binaries / "postgres", "--single", "-D", directory, "postgres"],
            account=self._account,
            said=f"CREATE DATABASE {DATABASE}\n",
        )

    def _refuse_other_major(self) -> None:
        found = (self._directory / "PG_VERSION").read_text().strip()
        if found != str(self._major):
            raise EmbeddedDatabaseError(
                f"The data in {self._directory} was written by PostgreSQL {found}, this hub brings {self._major}: "
                "run `hub upgrade`, or go back to the hub that wrote it."
            )

    def _make_socket_directory(self) -> Path:
        """Below the data directory, unless the path is too long or the file system has no sockets."""
        wanted = self._data_dir / "socket"
        if len(os.fsencode(wanted / _SOCKET_NAME)) > _SOCKET_PATH_MAX or not _holds_sockets(self._data_dir):
            wanted = Path(tempfile.mkdtemp(prefix="anxin-"))
        wanted.mkdir(mode=0o700, exist_ok=True)
        if self._account is not None:
            os.chown(wanted, self._account.uid, self._account.gid)
        return wanted

    def _clear_remains(self) -> None:
        """After a crash: end orphans and forget the dead postmaster; we hold the lock, so they are nobody's.

        A postmaster that ended by itself has removed its file, after its last backend.
        """
        remains = self._directory / "postmaster.pid"
        if remains.exists():
            ties.end_orphans(self._directory)
            remains.unlink(missing_ok=True)

    def _rotate_log(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self._log_path.stat().st_size > _LOG_KEPT_BYTES:
                self._log_path.replace(self._log_path.with_suffix(".log.1"))

    def _last_words(self) -> str:
        """The end of the server's log, for the person who has to act on it."""
        try:
            lines = self._log_path.read_text(errors="replace").splitlines()
        except OSError:
            return "it left no log."
        grave = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line]
        return f"{(grave or lines or ['it said nothing'])[-1]} (more in {self._log_path})"


def _private(path: str, flags: int) -> int:
    """An opener of files for this user alone."""
    return os.open(path, flags, 0o600)


def _holds_sockets(directory: Path) -> bool:
    """Whether the file system can hold Unix sockets; some shared folders of virtual machines cannot."""
    probe = directory / ".probe"
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(probe))
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(probe.lstat().st_mode):
                probe.unlink()
    return True


@contextlib.contextmanager
def _as_sentences(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        raise EmbeddedDatabaseError(
            f"The data directory {data_dir} cannot be used: {failure.strerror} ({failure.filename}). "
            "Free some space, correct its permissions, or name another with HUB_DATA_DIR."
        ) from failure
