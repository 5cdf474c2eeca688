"""After an outage: what the C library's allocator keeps of the messages that waited goes back to the system.

It keeps freed memory in between living objects, for ever if nobody asks. Only glibc can be asked.
"""

import asyncio
import ctypes
from collections.abc import Callable

import structlog

_log = structlog.get_logger(__name__)

#: Payload bytes that must have waited for it to be worth the call: for 100 MiB it took 54 ms, in which nobody else
#: allocates.
_WORTH_BYTES = 16 * 1024 * 1024


def find_trim() -> Callable[[], bool] | None:
    """The call that gives memory back, and whether any was; None where there is none."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of this process: glibc has it, musl and others do not
    if trim is None:
        return None
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    return lambda: bool(trim(0))


class Afterwards:
    """Looked at every few seconds."""

    def __init__(self, trim: Callable[[], bool] | None) -> None:
        self._trim = trim
        self._waited_bytes = 0  #: The most that waited since memory was last given back.

    async def look(self, waiting_bytes: int, *, storing: bool) -> None:
        """Give memory back, once much has waited and is answered."""
        if not storing:
            self._waited_bytes = max(self._waited_bytes, waiting_bytes)
        elif self._trim is not None and self._waited_bytes >= _WORTH_BYTES > 4 * waiting_bytes:
            waited_bytes, self._waited_bytes = self._waited_bytes, 0
            is_given_back = await asyncio.to_thread(self._trim)
            _log.info("memory_given_back", waited_bytes=waited_bytes, any=is_given_back)
