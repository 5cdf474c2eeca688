"""One hub per data directory: a lock that ends with its holder, and says what the holder is doing."""

import fcntl
import os
import threading
from enum import StrEnum
from pathlib import Path

from hub.clock import monotonic_s
from hub.embedded.errors import DirectoryInUseError

#: A command starts the database, does its one thing and stops it: a restore of a county takes longest.
COMMAND_PATIENCE_S = 30.0
_GLANCE_S = 0.05


class Purpose(StrEnum):
    """Why somebody holds a data directory."""

    SERVE = "serve"  #: A hub is running; commands use its database.
    COMMAND = "command"  #: A command has started the database for its own moment; others wait for it.


class DirectoryLock:
    """An exclusive lock on a data directory, released by the kernel when its holder ends in whatever way."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "hub.lock"
        self._descriptor: int | None = None

    def acquire(self, purpose: Purpose, *, patience_s: float = COMMAND_PATIENCE_S) -> None:
        """Take the lock and leave a note of why; a command that holds it is waited for, a hub that serves is not.

        Raises:
            DirectoryInUseError: it is held by somebody who will not let go soon.
        """
        deadline_s = monotonic_s() + patience_s
        while not self._try(purpose):
            holder = self.holder()
            if monotonic_s() > deadline_s or (holder is not None and holder[0] is Purpose.SERVE):
                raise self.refusal()
            threading.Event().wait(_GLANCE_S)  # flock has no deadline of its own

    def _try(self, purpose: Purpose) -> bool:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{purpose} {os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor
        return True

    def holder(self) -> tuple[Purpose, int] | None:
        """What the note says: purpose and process id; None if nobody has written one yet."""
        try:
            purpose, pid = self._path.read_text().split()
            return Purpose(purpose), int(pid)
        except (OSError, ValueError):
            return None

    def refusal(self) -> DirectoryInUseError:
        """The sentence for somebody who came second."""
        holder = self.holder()
        by = f" (process {holder[1]})" if holder else ""
        serving = holder is None or holder[0] is Purpose.SERVE
        return DirectoryInUseError(
            f"The data directory {self._path.parent} is in use by another {'hub' if serving else 'hub command'}{by}: "
            "stop that one first, or give this one a directory of its own with HUB_DATA_DIR.",
            serving=serving,
        )

    def release(self) -> None:
        """Let others in; the file stays, it is only a name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
