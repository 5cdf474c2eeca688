"""Connections whose lasting session could not be read, because the database was away when they came.

They are let in all the same: a device that is heard late is better than one that gives up. Their SUBSCRIBEs wait, and
once the database is back, and nothing of theirs is on its way any more, they are closed: they come again at once, and
take up the session that they were told they have.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from hub.ingest.front_door.actions import CloseCause
from hub.ingest.front_door.connection import Connection
from hub.ingest.front_door.presence import SessionName
from hub.ingest.front_door.reasons import ReasonCode

_LOOK_EVERY_S = 0.2
#: One that never stops sending is closed all the same after so many looks; it sends again what has no answer.
_LOOKS_MAX = 50
#: After an outage a county comes back: not all in one moment.
_AT_ONCE_MAX = 200
#: Twice the connections there may be; of clients that take another name each time the latest are remembered.
_KNOWN_MAX = 100_000


class Makeshift:
    """Lets them in, and sees them out. `recheck` returns when the database answers."""

    def __init__(
        self,
        recheck: Callable[[Sequence[Connection]], Awaitable[None]],
        spawn: Callable[[Awaitable[None]], object],
    ) -> None:
        self._recheck = recheck
        self._spawn = spawn
        self._known: dict[SessionName, None] = {}
        self._connections: dict[Connection, int] = {}

    def remember(self, name: SessionName, *, lasts: bool) -> None:
        """The database has said whether there is a lasting session of this name now."""
        self._known.pop(name, None)
        if lasts:
            self._known[name] = None
            if len(self._known) > _KNOWN_MAX:
                del self._known[next(iter(self._known))]

    def may_let_in(self, name: SessionName, *, clean_start: bool) -> bool:
        """Whether it can be said, without the database, whether the session is there."""
        return clean_start or name in self._known

    def watch(self, connection: Connection) -> None:
        """It was let in without its session."""
        if not self._connections:
            self._spawn(self._see_out())
        self._connections[connection] = 0

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
