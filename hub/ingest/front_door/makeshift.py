"""Connections whose lasting session could not be read, because the database was away when they came.

They are let in all the same: a device that is heard late is better than one that gives up. Their SUBSCRIBEs wait, and
once the database is back, and nothing of theirs is on its way any more, they are closed: they come again at once, and
take up the session that they were told they have. Whether they have one is known by heart: all were read at the start,
and nobody else makes any.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from hub.ingest.front_door.actions import CloseCause
from hub.ingest.front_door.connection import Connection
from hub.ingest.front_door.presence import SessionName
from hub.ingest.front_door.reasons import ReasonCode
from hub.storage.fixed_records import FixedRecords

_LOOK_EVERY_S = 0.2
#: One that never stops sending is closed all the same after so many looks; it sends again what has no answer.
_LOOKS_MAX = 50
#: After an outage a county comes back: not all in one moment.
_AT_ONCE_MAX = 200
#: Sessions of a hundred thousand devices and of clients that take another name each time: 16 bytes each. With more, one
#: that is not among them may be there all the same.
_KNOWN_MAX = 500_000
_DIGEST_BYTES = 16


class Makeshift:
    """Lets them in, and sees them out. `recheck` returns when the database answers."""

    def __init__(
        self,
        recheck: Callable[[Sequence[Connection]], Awaitable[None]],
        spawn: Callable[[Awaitable[None]], object],
    ) -> None:
        self._recheck = recheck
        self._spawn = spawn
        self._known = FixedRecords(key_size=_DIGEST_BYTES)
        self._knows_all = False
        self._promised: set[bytes] = set()  #: Told that they have a session, before there was one.
        self._connections: dict[Connection, int] = {}

    def remember(self, name: SessionName, *, lasts: bool) -> None:
        """The database has said whether there is a lasting session of this name now."""
        key = _digest(name)
        self._promised.discard(key)
        if not lasts:
            self._known.remove(key)
        elif len(self._known) < _KNOWN_MAX:
            self._known.put(key)
        elif key not in self._known:
            self._knows_all = False

    async def learn(self, pages: AsyncIterator[Sequence[SessionName]]) -> None:
        """Remember all that there are."""
        keys: list[bytes] = []
        async for page in pages:
            keys += [_digest(name) for name in page]
            if len(keys) > _KNOWN_MAX:
                return
        self._known.add_keys(keys)
        self._knows_all = True

    def may_let_in(self, name: SessionName, *, clean_start: bool) -> bool:
        """Whether it can be said, without the database, whether the session is there."""
        if len(self._promised) >= _KNOWN_MAX:
            return False
        return clean_start or self._knows_all or _digest(name) in self._known

    def promise(self, name: SessionName, *, clean_start: bool) -> bool:
        """Whether to say that the session is there; from now on it is."""
        key = _digest(name)
        is_present = not clean_start and (key in self._promised or key in self._known)
        self._promised.add(key)
        return is_present

    def was_promised(self, name: SessionName) -> bool:
        """Whether the client was let in without its session, and must not hear that it has none."""
        return _digest(name) in self._promised

    def watch(self, connection: Connection) -> None:
        """It was let in without its session."""
        if not self._connections:
            self._spawn(self._see_out())
        self._connections[connection] = 0

    def forget(self, connection: Connection) -> None:
        """It has ended by itself: outages are long, and who comes again and again must not stay in memory each time."""
        self._connections.pop(connection, None)

    async def _see_out(self) -> None:
        while self._connections:
            await self._recheck(list(self._connections))
            for connection in list(self._connections)[:_AT_ONCE_MAX]:
                self._consider(connection)
            await asyncio.sleep(_LOOK_EVERY_S)

    def _consider(self, connection: Connection) -> None:
        messages, _ = connection.session.in_flight
        self._connections[connection] += 1
        if messages and not connection.has_ended and self._connections[connection] < _LOOKS_MAX:
            return
        del self._connections[connection]
        connection.disconnect(CloseCause.TAKE_UP, ReasonCode.SERVER_BUSY, "connect again: your session can be had now")


def _digest(name: SessionName) -> bytes:
    return hashlib.blake2b("\0".join(name).encode(), digest_size=_DIGEST_BYTES).digest()
