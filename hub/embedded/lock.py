"""One hub per data directory: a lock that ends with its holder, and says what the holder is doing."""

import fcntl
import os
from enum import StrEnum
from pathlib import Path

from hub.embedded.errors import EmbeddedDatabaseError


class Purpose(StrEnum):
    """Why somebody holds a data directory."""

    SERVE = "serve"  #: A hub is running; commands use its database.
    COMMAND = "command"  #: A command has started the database for its own moment; others wait for it.


class DirectoryLock:
    """An exclusive lock on a data directory, released by the kernel when its holder ends in whatever way."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "hub.lock"
        self._descriptor: int | None = None

    def acquire(self, purpose: Purpose) -> bool:
        """Take the lock if it is free, and leave a note of why."""
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

    def refusal(self) -> EmbeddedDatabaseError:
        """The sentence for somebody who came second."""
        holder = self.holder()
        by = (
            f" (process {holder[1]}, {'hub serve' if holder[0] is Purpose.SERVE else 'a hub command'})"
            if holder
            else ""
        )
        return EmbeddedDatabaseError(
            f"The data directory {self._path.parent} is in use by another hub{by}: "
            "stop that one first, or give this one a directory of its own with HUB_DATA_DIR."
        )

    def release(self) -> None:
        """Let others in; the file stays, it is only a name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
