"""Passwords as Argon2id; at most two are computed at once, each in a thread, so that log-ins cannot starve the desk."""

import asyncio
from functools import cache

from pwdlib.hashers.argon2 import Argon2Hasher

#: OWASP's floor for Argon2id (19 MiB, 2 passes, 1 lane): the web role's memory is counted, and log-ins are throttled.
_HASHER = Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1)
_AT_ONCE_MAX = 2

PASSWORD_LENGTH_MIN = 8
#: Longer ones would only cost time; nobody types more.
PASSWORD_LENGTH_MAX = 256


class Passwords:
    """Hashes and verifies, within the bound of one process and one event loop."""

    def __init__(self) -> None:
        self._at_once = asyncio.Semaphore(_AT_ONCE_MAX)
        self._nobodys = _hash_of_nobody()

    async def hash(self, password: str) -> str:
        """The string to be stored."""
        async with self._at_once:
            return await asyncio.to_thread(_HASHER.hash, password)

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether it is the password; with `stored` None it takes the same time and is not."""
        async with self._at_once:
            fits = await asyncio.to_thread(_HASHER.verify, password, stored or self._nobodys)
        return fits and stored is not None


@cache
def _hash_of_nobody() -> str:
    """What is verified for log-ins that do not exist; made once a process."""
    return _HASHER.hash("nobody has this password")
