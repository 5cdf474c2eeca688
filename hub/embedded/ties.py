"""How processes hang together: children that die with their parent, and orphans that are found, ended and reaped."""

import ctypes
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True)

#: A killed process is gone within milliseconds unless it is stuck in the disk driver.
_KILL_DEADLINE_S = 5.0


def die_with_parent(last_signal: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends `last_signal` to the child when the thread that started it ends.

    It must run after the change of user, which clears the wish (prctl(2)); `preexec_fn` does. The parent may already
    be gone by then: the child finds itself with another one, and ends.
    """
    parent = os.getpid()

    def tie() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie


def adopt_orphans() -> None:
    """Grandchildren whose parent dies become ours instead of init's, so that somebody reaps them."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans(data_directory: Path) -> int:
    """End every PostgreSQL process that still works in this data directory; returns how many there were.

    A postmaster that was killed leaves backends behind which hold the shared memory, and would make the next one wait.
    They are known by their working directory, which PostgreSQL sets to the data directory.
    """
    import psutil  # only after a crash and at start: a supervisor that never needs it stays small

    found = []
    for candidate in psutil.process_iter():
        try:
            if candidate.name() == "postgres" and _works_in(candidate, data_directory):
                candidate.kill()
                found.append(candidate)
        except psutil.Error:  # ended meanwhile, or somebody else's and then not ours
            continue
    psutil.wait_procs(found, timeout=_KILL_DEADLINE_S)
    reap_zombies("postgres")
    return len(found)


def reap_zombies(name: str) -> None:
    """Collect dead adopted children of that name; living ones and those of other names are left to who started them."""
    import psutil

    for child in psutil.Process().children():
        try:
            if child.name() == name and child.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(child.pid, os.WNOHANG)
        except (psutil.Error, ChildProcessError):
            continue


def _works_in(candidate: "psutil.Process", data_directory: Path) -> bool:
    try:
        return Path(f"/proc/{candidate.pid}/cwd").readlink() == data_directory
    except OSError:
        return False
