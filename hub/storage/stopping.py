"""Being told to stop is heard, whatever a driver makes of it at that moment.

A task is told once: a role whose loop goes on after that never ends, and is killed. Two things lose it: Python 3.11's
`asyncio.wait_for`, by which the pool waits, returns what it waited for if both come in the same turn of the event loop
(mended in 3.12, https://github.com/python/cpython/issues/86296); and a rollback that fails says so in its place.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stop_is_heard() -> Iterator[None]:
    """Whoever is told to stop in this block is stopped at its end, by `CancelledError`, at the latest."""
    before = _times_told()
    try:
        yield
    except Exception as error:
        if _times_told() > before:
            raise asyncio.CancelledError from error
        raise
    if _times_told() > before:
        raise asyncio.CancelledError


def _times_told() -> int:
    """How often the running task was cancelled; time limits take theirs back."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()
