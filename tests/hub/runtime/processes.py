"""Looking at processes from outside: who is there, who is gone, by a deadline instead of a sleep."""

import time
from collections.abc import Callable
from pathlib import Path

import psutil


def wait_until(condition: Callable[[], bool], what: str, within_s: float = 30.0) -> float:
    """Wait until it is so; returns the seconds it took, fails with `what` at the deadline."""
    began_s = time.monotonic()
    while not condition():
        assert time.monotonic() - began_s < within_s, f"after {within_s} s still not: {what}"
        time.sleep(0.01)
    return time.monotonic() - began_s


def working_in(directory: Path) -> list[psutil.Process]:
    """The living PostgreSQL processes of a data directory."""
    found = []
    for candidate in psutil.process_iter():
        try:
            if candidate.cwd() == str(directory) and candidate.status() != psutil.STATUS_ZOMBIE:
                found.append(candidate)
        except psutil.Error:
            continue
    return found


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that waits to be reaped by another counts as ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
